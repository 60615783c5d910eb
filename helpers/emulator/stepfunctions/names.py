"""What botocore calls a service that Step Functions calls otherwise."""

BOTO_NAMES = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "states": "stepfunctions",
}
