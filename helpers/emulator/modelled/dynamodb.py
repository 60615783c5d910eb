"""DynamoDB: items, conditions, transactions, streams and the end of an item's life."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import KEPT, Verdict, acts, moto, refused

BACKUP = refused("backups", "scan the table, and put the items into another one")
BULK = refused("exports, imports and other work in bulk", "use Scan and BatchWriteItem")
GLOBAL = refused("tables in several regions", "make a table in each, and copy from the stream")
KINESIS = refused("changes to Kinesis", "read the stream of the table")
INSIGHTS = refused("contributor insights", "count in lab.trace")
PARTIQL = acts("moto reads the statement; what it cannot read is refused")

ROWS: dict[str, Verdict] = {
    "BatchExecuteStatement": PARTIQL,
    "BatchGetItem": acts(),
    "BatchWriteItem": acts(),
    "CancelBulkOperation": BULK,
    "CreateBackup": BACKUP,
    "CreateGlobalTable": GLOBAL,
    "CreateTable": acts(),
    "DeleteBackup": BACKUP,
    "DeleteItem": acts(),
    "DeleteResourcePolicy": KEPT,
    "DeleteTable": acts(),
    "DescribeBackup": BACKUP,
    "DescribeBulkOperation": BULK,
    "DescribeContinuousBackups": moto(),
    "DescribeContributorInsights": INSIGHTS,
    "DescribeEndpoints": moto(),
    "DescribeExport": BULK,
    "DescribeGlobalTable": GLOBAL,
    "DescribeGlobalTableSettings": GLOBAL,
    "DescribeImport": BULK,
    "DescribeKinesisStreamingDestination": KINESIS,
    "DescribeLimits": moto(),
    "DescribeTable": moto(),
    "DescribeTableReplicaAutoScaling": GLOBAL,
    "DescribeTimeToLive": acts(),
    "DisableKinesisStreamingDestination": KINESIS,
    "EnableKinesisStreamingDestination": KINESIS,
    "ExecuteStatement": PARTIQL,
    "ExecuteTransaction": PARTIQL,
    "ExportTableToPointInTime": BULK,
    "GetItem": acts(),
    "GetResourcePolicy": KEPT,
    "ImportTable": BULK,
    "ListBackups": BACKUP,
    "ListBulkOperations": BULK,
    "ListContributorInsights": INSIGHTS,
    "ListExports": BULK,
    "ListGlobalTables": GLOBAL,
    "ListImports": BULK,
    "ListTables": moto(),
    "ListTagsOfResource": acts(),
    "PutItem": acts(),
    "PutResourcePolicy": KEPT,
    "Query": acts(),
    "RestoreTableFromBackup": BACKUP,
    "RestoreTableToPointInTime": BACKUP,
    "Scan": acts(),
    "SearchVectors": refused("searching by vectors", "use Query or Scan"),
    "StartBulkPutItems": BULK,
    "TagResource": acts(),
    "TransactGetItems": acts(),
    "TransactWriteItems": acts(),
    "UntagResource": acts(),
    "UpdateContinuousBackups": moto(),
    "UpdateContributorInsights": INSIGHTS,
    "UpdateGlobalTable": GLOBAL,
    "UpdateGlobalTableSettings": GLOBAL,
    "UpdateItem": acts(),
    "UpdateKinesisStreamingDestination": KINESIS,
    "UpdateTable": acts(),
    "UpdateTableReplicaAutoScaling": GLOBAL,
    "UpdateTimeToLive": acts(),
}
