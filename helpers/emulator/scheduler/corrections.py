"""EventBridge Scheduler as AWS describes it: the corrections of moto's, which never fires.

`requests` takes schedules, `times` says when they fire, `keeping` lets them, `invocations` has
what a firing does, `targets` and `universal` whom it calls. Groups are here.

- "Deleting a schedule group results in EventBridge Scheduler deleting all schedules associated with
  the group." AWS does so after a while, "this operation is eventually consistent" (API model in
  botocore 1.44.5: DeleteScheduleGroup); here at once.
- "You can't delete, or edit, the default group." (User Guide, "Deleting a schedule group in
  EventBridge Scheduler") The words of the refusal are the lab's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from moto.scheduler.exceptions import ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, ScheduleGroup
from moto.scheduler.responses import EventBridgeSchedulerResponse

from helpers.emulator.guard import applied
from helpers.emulator.scheduler.refusals import Conflict
from helpers.emulator.scheduler.requests import create_schedule, update_schedule

EXPECTED_SOURCES = {
    "moto.scheduler.models:EventBridgeSchedulerBackend.create_schedule_group": "df4eaafc4045",
    "moto.scheduler.models:EventBridgeSchedulerBackend.delete_schedule": "4569544648c9",
    "moto.scheduler.models:EventBridgeSchedulerBackend.delete_schedule_group": "2372efcd19b8",
    "moto.scheduler.models:EventBridgeSchedulerBackend.get_schedule_group": "3d5111c74418",
    "moto.scheduler.models:EventBridgeSchedulerBackend.list_tags_for_resource": "382baad73528",
    "moto.scheduler.models:EventBridgeSchedulerBackend.tag_resource": "ad51b4cbf5bf",
    "moto.scheduler.models:EventBridgeSchedulerBackend.untag_resource": "6235ac8fda99",
    "moto.scheduler.models:Schedule.__init__": "f2a7a7e228fe",
    "moto.scheduler.models:Schedule.to_dict": "293b6c07de34",
    "moto.scheduler.models:ScheduleGroup.add_schedule": "9ebeb9bed6f2",
    "moto.scheduler.responses:EventBridgeSchedulerResponse.create_schedule": "3c305b38fca7",
    "moto.scheduler.responses:EventBridgeSchedulerResponse.update_schedule": "780176192c31",
}
DEFAULT = "default"


def corrections() -> AbstractContextManager[None]:
    """Correct Scheduler for as long as the context is open.

    Raises
    ------
    UnexpectedMoto
        If the installed moto is not the one that the corrections were written for.
    """
    backend = EventBridgeSchedulerBackend
    return applied(
        EXPECTED_SOURCES,
        (
            EventBridgeSchedulerResponse,
            {"create_schedule": create_schedule, "update_schedule": update_schedule},
        ),
        (
            backend,
            {
                "create_schedule_group": _create_group(backend.create_schedule_group),
                "delete_schedule_group": _delete_group,
                "list_tags_for_resource": _of_a_group(backend.list_tags_for_resource),
                "tag_resource": _of_a_group(backend.tag_resource),
                "untag_resource": _of_a_group(backend.untag_resource),
            },
        ),
    )


def _create_group(original: Callable[..., ScheduleGroup]) -> Callable[..., ScheduleGroup]:
    """Refuse a name that is taken, where moto lets the group and its schedules vanish."""

    @wraps(original)
    def method(self: EventBridgeSchedulerBackend, name: str, tags: Any) -> ScheduleGroup:
        if name in self.schedule_groups:
            raise Conflict(f"Schedule group {name}")
        return original(self, name, tags or [])

    return method


def _delete_group(self: EventBridgeSchedulerBackend, name: str | None) -> None:
    """Replaces `delete_schedule_group`: with its schedules, which no longer fire (`keeping`)."""
    if name == DEFAULT:
        raise ValidationException("The default schedule group cannot be deleted.")
    if name not in self.schedule_groups:
        raise ScheduleGroupNotFound(str(name))
    self.schedule_groups.pop(name)


def _of_a_group(original: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse the tags of a group that is not there."""

    @wraps(original)
    def method(self: EventBridgeSchedulerBackend, resource_arn: str, *args: Any) -> Any:
        name = resource_arn.rpartition("/")[2]
        if name not in self.schedule_groups:
            raise ScheduleGroupNotFound(name)
        return original(self, resource_arn, *args)

    return method
