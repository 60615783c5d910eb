"""Lambda: functions, their execution environments, and what invokes them."""
