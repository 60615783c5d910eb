"""Event source mappings: what the API accepts. `poller` and `stream_poller` do the work.

moto runs a mapping inside `send_message`, one record per call, and deletes what failed.

Statements followed (November 2026):

- BatchSize: 1 to 10,000, FIFO at most 10; above 10 with a MaximumBatchingWindowInSeconds of at
  least 1, which is 0 to 300. ScalingConfig: MaximumConcurrency, 2 to 1,000; "To remove the
  configuration, pass an empty value" [API model: CreateEventSourceMapping].
- "Batching window is not supported for FIFO queues" [Lambda Developer Guide, "Lambda parameters for
  Amazon SQS event source mappings"].
- At most five filters [Developer Guide, "Control which events Lambda sends to your function"].
- A queue whose visibility timeout is shorter than the function's timeout is refused
  [InvalidParameterValueException, as answered by the service].
- A second mapping of the same queue and function is refused [ResourceConflictException, same].

- Of a stream of DynamoDB: StartingPosition must be there, TRIM_HORIZON or LATEST; AT_TIMESTAMP "is
  supported only" for other streams [API model].

Provisioned pollers are refused: the lab has none. So are, for streams, several batches of a shard
at once (ParallelizationFactor above 1) and tumbling windows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaBackend

from helpers.emulator.lambda_.asynchronous import check_target
from helpers.emulator.lambda_.batch import message_filter
from helpers.emulator.lambda_.errors import invalid, refusal
from helpers.emulator.lambda_.poller import Poller
from helpers.emulator.lambda_.stream_failures import DESTINATIONS
from helpers.emulator.lambda_.stream_poller import StreamPoller, record_filter

WITHOUT_WINDOW = 10  # largest batch
FILTERS = 5

EXPECTED_SOURCES = {
    "moto.awslambda.models:LambdaBackend.create_event_source_mapping": "19f8125cabf7",
    "moto.awslambda.models:LambdaBackend.update_event_source_mapping": "7ec08b40f6d0",
    "moto.awslambda.models:LambdaBackend.delete_event_source_mapping": "0df9c39da24e",
    "moto.awslambda.models:EventSourceMapping.__init__": "6580bc24f819",
    "moto.awslambda.models:EventSourceMapping.get_configuration": "b41577cbcbd7",
}

# Taken before anything is replaced: a lab beside another replaces what that one has replaced.
create_in_moto = LambdaBackend.create_event_source_mapping
update_in_moto = LambdaBackend.update_event_source_mapping
delete_in_moto = LambdaBackend.delete_event_source_mapping


def of_backend() -> dict[str, Callable[..., Any]]:
    """Replacements for moto's LambdaBackend."""

    def create(self: Any, spec: dict[str, Any]) -> Any:
        queue = _queue(self, spec.get("EventSourceArn"))
        if queue is not None:
            function = self.get_function(spec.get("FunctionName", ""))
            _check(spec, queue)
            _check_visibility(queue, function)
            _check_conflict(self, queue, function)
        shard = _shard(self, spec.get("EventSourceArn"))
        if shard is not None:
            _check_position(spec.get("StartingPosition"))
            _check_stream(spec)
        mapping = create_in_moto(self, spec)
        if queue is not None or shard is not None:
            made = StreamPoller(mapping, shard) if queue is None else Poller(mapping)
            mapping.poller = made
            made.start()
        return mapping

    def update(self: Any, uuid: str, spec: dict[str, Any]) -> Any:
        mapping = self.get_event_source_mapping(uuid)
        poller = getattr(mapping, "poller", None)
        if poller is None:
            return update_in_moto(self, uuid, spec)
        queue = _queue(self, mapping.event_source_arn)
        if queue is not None:
            _check({**mapping.get_configuration(), **spec}, queue)
        else:
            _check_stream({**mapping.get_configuration(), **spec})
        mapping = update_in_moto(self, uuid, spec)
        poller.configure()
        poller.start()
        return mapping

    def delete(self: Any, uuid: str) -> Any:
        mapping = delete_in_moto(self, uuid)
        if (poller := getattr(mapping, "poller", None)) is not None:
            poller.deleted = True
        return mapping

    return {
        "create_event_source_mapping": create,
        "update_event_source_mapping": update,
        "delete_event_source_mapping": delete,
    }


def _queue(backend: Any, arn: str | None) -> Any:
    """The queue with this ARN, or None for another source."""
    from moto.sqs.models import sqs_backends

    queues = sqs_backends[backend.account_id][backend.region_name].queues
    return next((queue for queue in queues.values() if queue.queue_arn == arn), None)


def _shard(backend: Any, arn: str | None) -> Any:
    """The shard of the stream of DynamoDB with this ARN, or None for another source."""
    from moto.dynamodb.models import dynamodb_backends

    tables = dynamodb_backends[backend.account_id][backend.region_name].tables.values()
    streams = {f"{one.table_arn}/stream/{one.latest_stream_label}": one for one in tables}
    table = streams.get(arn or "")
    return table and table.stream_shard


def _check_position(position: str | None) -> None:
    if position not in ("TRIM_HORIZON", "LATEST"):
        raise invalid(
            f"StartingPosition is TRIM_HORIZON or LATEST for a stream of DynamoDB, got {position}"
        )


def _check_stream(spec: dict[str, Any]) -> None:
    """Refuse what AWS refuses of a mapping over a stream, and what the lab does not have."""
    if (spec.get("ParallelizationFactor") or 1) > 1:
        raise invalid(
            "the lab reads a shard one batch after the other: leave out ParallelizationFactor, got "
            f"{spec['ParallelizationFactor']}"
        )
    if spec.get("TumblingWindowInSeconds"):
        raise invalid(
            "the lab has no tumbling windows: leave out TumblingWindowInSeconds, got "
            f"{spec['TumblingWindowInSeconds']}"
        )
    for destination in (spec.get("DestinationConfig") or {}).values():
        check_target(destination.get("Destination", ""), DESTINATIONS)
    criteria = spec.get("FilterCriteria")
    if len((criteria or {}).get("Filters", [])) > FILTERS:
        raise invalid(f"a mapping has at most {FILTERS} filters")
    try:
        record_filter(criteria)
    except ValueError as error:
        raise invalid(f"Invalid filter pattern definition. {error}") from None


def _check(spec: dict[str, Any], queue: Any) -> None:
    """Refuse what AWS refuses of a mapping over SQS, and what the lab does not have."""
    size = spec.get("BatchSize") or WITHOUT_WINDOW
    window = spec.get("MaximumBatchingWindowInSeconds") or 0
    if size > (10 if queue.fifo_queue else 10_000):
        raise invalid(f"Batch size is too large for {queue.name}: {size}")
    if not 0 <= window <= 300:
        raise invalid(f"MaximumBatchingWindowInSeconds is 0 to 300, got {window}")
    if size > WITHOUT_WINDOW and window < 1:
        raise invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            f"greater than 10, got a batch size of {size}"
        )
    if queue.fifo_queue and window:
        raise invalid("Batching window is not supported for FIFO queues.")
    concurrency = (spec.get("ScalingConfig") or {}).get("MaximumConcurrency")
    if concurrency is not None and not 2 <= concurrency <= 1000:
        raise invalid(f"MaximumConcurrency is 2 to 1000, got {concurrency}")
    if spec.get("ProvisionedPollerConfig"):
        raise invalid("the lab has no provisioned pollers: leave out ProvisionedPollerConfig")
    criteria = spec.get("FilterCriteria")
    if len((criteria or {}).get("Filters", [])) > FILTERS:
        raise invalid(f"a mapping has at most {FILTERS} filters")
    try:
        message_filter(criteria)
    except ValueError as error:
        raise invalid(f"Invalid filter pattern definition. {error}") from None


def _check_visibility(queue: Any, function: Any) -> None:
    visible, timeout = int(queue.visibility_timeout), int(function.timeout)
    if visible < timeout:
        raise invalid(
            f"Queue visibility timeout: {visible} seconds is less than Function timeout: "
            f"{timeout} seconds"
        )


def _check_conflict(backend: Any, queue: Any, function: Any) -> None:
    for other in backend.list_event_source_mappings(queue.queue_arn, ""):
        if other.function_arn == function.function_arn:
            raise refusal(
                409,
                "ResourceConflictException",
                f'An event source mapping with SQS arn (" {queue.queue_arn} ") and function '
                f'(" {function.function_name} ") already exists. Please update or delete the '
                f"existing mapping with UUID {other.uuid}",
            )
