"""EventBridge Scheduler. `corrections` opens it."""
