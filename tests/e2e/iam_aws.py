# SPDX-License-Identifier: Apache-2.0
"""moto's server with its authentication switched on, for iam_test.py.

What moto itself does: it verifies every request's signature against the access key's secret, finds the user or the assumed role of
the key, and evaluates the actions, resources and trust policies (with sts:ExternalId) that are stored in its IAM. What it leaves out,
and what is added here through the hooks that it has, from AWS' documentation (Service Authorization Reference, "Actions, resources,
and condition keys for Amazon CloudWatch Logs"; CreateLogGroup in the CloudWatch Logs API Reference):

  the resource   moto knows no resource for calls of CloudWatch Logs and X-Ray and takes "*", which only matches policies that say "*".
                 Here it is the log group's or the log stream's ARN, "*" for X-Ray.
  the action     moto takes the path of X-Ray's calls for their action ("TraceSegments").
  forms          moto verifies the signature of a form (STS) over its own way of writing the fields. Here it is over the bytes that came.
  tags           a log group that is created with tags needs logs:TagResource on it as well.

usage: iam_aws.py PORT RECORD   RECORD gets a line of JSON for each decision: action, resource, caller, allowed
POST /whittle/forget-logs forgets log groups.
"""
import io
import json
import sys
import threading

from moto.core.exceptions import AccessDeniedError
from moto.iam import access_control
from moto.logs.models import logs_backends
from moto.logs.responses import LogsResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.xray.responses import XRayResponse
from werkzeug.serving import run_simple
from werkzeug.wrappers import Response

record = open(sys.argv[2], "a", buffering=1)
lock = threading.Lock()
this_request = threading.local()  # a thread has one request at a time


def log_resource(self):
    parameters = json.loads(self.body) if self.body else {}
    arn = "arn:aws:logs:%s:%s:log-group:%s" % (self.region, self.current_account, parameters.get("logGroupName", "*"))
    return arn + ":log-stream:" + parameters.get("logStreamName", "")


LogsResponse._determine_resource = log_resource
XRayResponse._determine_resource = lambda self: "*"

plain_init = access_control.IAMRequestBase.__init__


def named_init(self, *args, **more):
    if more.get("action") == "TraceSegments":
        more["action"] = "PutTraceSegments"
    if not more.get("body"):
        more["body"] = getattr(this_request, "body", b"")
    plain_init(self, *args, **more)


access_control.IAMRequestBase.__init__ = named_init

plain_check = access_control.IAMRequestBase.check_action_permitted


def recorded_check(self, resource):
    allowed = False
    try:
        plain_check(self, resource)
        allowed = True
    except AccessDeniedError:
        # As AWS words it. moto leaves the resource out.
        error = AccessDeniedError(user_arn=self._access_key.arn, action="%s on resource: %s because no identity-based policy allows the %s action" % (
            self._action, resource, self._action))
        raise error from None
    finally:
        with lock:
            record.write(json.dumps({"action": self._action, "resource": resource, "caller": self._access_key.arn, "allowed": allowed}) + "\n")
    parameters = json.loads(self._body) if self._action == "logs:CreateLogGroup" and self._body else {}
    if parameters.get("tags"):
        self._action = "logs:TagResource"
        recorded_check(self, "arn:aws:logs:%s:%s:log-group:%s" % (self._region, self.account_id, parameters["logGroupName"]))


access_control.IAMRequestBase.check_action_permitted = recorded_check

moto_app = DomainDispatcherApplication(create_backend_app)


def app(environ, start_response):
    this_request.body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(this_request.body)
    if environ["PATH_INFO"] == "/whittle/forget-logs":
        for account in list(logs_backends.values()):
            for backend in list(account.values()):
                backend.reset()
        return Response("{}")(environ, start_response)
    return moto_app(environ, start_response)


run_simple("127.0.0.1", int(sys.argv[1]), app, threaded=True, use_reloader=False)
