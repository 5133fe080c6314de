check --config routed.yaml --task-definition stock_components.json # only 13
