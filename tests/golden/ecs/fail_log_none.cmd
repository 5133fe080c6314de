# A driver that EC2 has and the API's reference does not name.
check --task-definition log_none.json
