print-config base.yaml over.yaml
print-config base.yaml over.yaml --defaults
print-config rest.yaml --defaults
