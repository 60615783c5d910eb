"""Names of resources in the lab's account and region, where a lesson does not ask AWS for them."""

REGION, ACCOUNT = "eu-west-1", "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lab"  # of every state machine: the lab asks for no permission


def arn(service, name):
    """The ARN of a resource in the lab's account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def execution_arn(machine, name):
    """The ARN of the execution of that name, from the ARN of its state machine."""
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"


def url(queue):
    """The URL of a queue in the lab's account and region."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue}"
