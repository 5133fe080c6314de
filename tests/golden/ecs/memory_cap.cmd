check --config memory_cap.yaml --task-definition memory_cap.json
# Without a limit of its own the container has what the task has.
check --config memory_cap.yaml --task-definition memory_cap_task.json
