"""What PutTargets refuses.

Statements followed, as of November 2026:

- Quota: 5 targets per rule (User Guide, "Amazon EventBridge quotas").
- "More than one target with Id 'ID' is provided", and "Parameter(s) NAME not supported for target:
  ID" for the parameters of another kind of target (measured in September 2026:
  badmintoncryer/cdk-preflight, pf-events-target-id-duplicate and -parameters-mismatch).
- A state machine is started with a role: "RoleArn is required for target ARN"
  (terraform-provider-aws, pull request 19913; LocalStack, issue 8224).
- A log group takes a JSON object, or else "Input for target ID is not a valid JSON text"
  (awsdocs/aws-cloudformation-user-guide, issue 1010).

Ranges are those of the API model (`constraints`), what is in `input` and `dead_letters` is there.
AWS takes targets of more kinds. Those that nothing here would answer for are refused.
"""

from collections import Counter
from collections.abc import Callable
from functools import wraps

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend
from moto.utilities.arns import parse_arn

from helpers.emulator.events import dead_letters, input
from helpers.emulator.events.quotas import limit_exceeded
from helpers.emulator.events.rule_calls import rule_of
from helpers.emulator.events.targets import KINDS, Target, kind_of

MOST_TARGETS = 5
# Of the targets that a lab has, only a bus shares its service with one that takes these.
OF_ANOTHER_KIND = (
    "AppSyncParameters", "BatchParameters", "EcsParameters", "HttpParameters", "KinesisParameters",
    "RedshiftDataParameters", "RunCommandParameters", "SageMakerPipelineParameters",
)  # fmt: skip


def put_targets(original: Callable[..., None]) -> Callable[..., None]:
    """Refuse what AWS refuses, and what nothing here would answer for."""

    @wraps(original)
    def method(
        self: EventsBackend, name: str, event_bus_arn: str | None, targets: list[Target]
    ) -> None:
        rule = rule_of(self, name, event_bus_arn)
        if not rule.managed_by:
            _check_ids([target["Id"] for target in targets])
            for target in targets:
                _check(target, self.region_name)
            if len({target["Id"] for target in [*rule.targets, *targets]}) > MOST_TARGETS:
                raise limit_exceeded()
        original(self, name, event_bus_arn, targets)

    return method


def _check_ids(ids: list[str]) -> None:
    for name, times in Counter(ids).items():
        if times > 1:
            raise ValidationException(
                "Parameter targets is not valid. Reason: More than one target with Id "
                f"'{name}' is provided."
            )


def _check(target: Target, region: str) -> None:
    name, kind = target["Id"], _kind(target["Arn"])
    for parameters in OF_ANOTHER_KIND:
        is_of_its_kind = parameters == "HttpParameters" and kind.startswith("events:")
        if target.get(parameters) is not None and not is_of_its_kind:
            raise ValidationException(
                f"Parameter(s) {parameters} not supported for target: {name}."
            )
    if kind.startswith("states:") and not target.get("RoleArn"):
        raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
    try:
        input.check(target, wants_object=kind.startswith("logs:"))
    except input.InvalidInput as refusal:
        raise ValidationException(str(refusal)) from None
    dead_letters.check(target.get("DeadLetterConfig"), region)


def _kind(arn: str) -> str:
    """Which of `KINDS` a target is of; refuse others."""
    kind = kind_of(arn)
    if kind is None and arn.startswith("arn:"):
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: a lab has targets of the kinds "
            f"{', '.join(sorted(KINDS))} only."
        )
    if kind is None or not _is_whole(arn):
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        )
    return kind


def _is_whole(arn: str) -> bool:
    parsed = parse_arn(arn)
    return all((parsed.region, parsed.account, parsed.resource_id))
