-- Run on the coordinator at every start; nodes that it knows stay as they are. Before the service's first start: its migrations
-- distribute the tables over the nodes that there are then.
SELECT citus_set_coordinator_host('coordinator', 5432);
SELECT citus_add_node('worker-1', 5432);
SELECT citus_add_node('worker-2', 5432);
