check --cloudformation allow.yaml
# W1025 is of the whole task, whose place is elsewhere; a file may say so too.
check --cloudformation allow.yaml --allow allowed.txt
