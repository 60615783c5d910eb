"""CloudWatch's alarms. `corrections` opens them; `helpers.emulator.sqs.cloudwatch` has metrics."""
