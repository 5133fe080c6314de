# Which network containers have is not to be seen from their definitions: `localhost` may be right, and ports count.
check --task-definition containers_network.json
