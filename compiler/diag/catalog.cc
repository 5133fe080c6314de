// SPDX-License-Identifier: Apache-2.0
// The long explanations. Each says what is wrong, why it matters, and shows a config with the mistake or how to write
// it.
#include "compiler/diag/catalog.h"

#include <algorithm>
#include <iterator>

namespace whittle::diag {

namespace {

// In order of the code's number, as `whittle explain` lists them.
constexpr Explanation kCatalog[] = {
    {"E0001", "a file cannot be read",
     R"(A config that was named on the command line does not exist or may not be read. Nothing was checked, and the exit
code is 2, so that a script can tell this from mistakes in a config.

    whittle check collector.yml        # the file is called collector.yaml
)"},
    {"E0002", "a file is too large",
     R"(A config may have 4 MB. Larger files are logs, archives or data that were named by mistake.
)"},
    {"E0003", "a file is not UTF-8",
     R"(YAML is text in UTF-8. The marked byte cannot be part of it: the file may have been saved as Latin-1 or UTF-16, or
may be no text at all. A byte-order mark at the start is allowed and ignored.
)"},
    {"E0004", "a control character",
     R"(YAML text holds no control characters but tab and line ends. A zero byte usually means that the file was cut off
while it was written, or that it is no config. Within double quotes a character can be written as an escape: "\x1b".
)"},
    {"E0005", "not YAML",
     R"(The text cannot be read as YAML. Reading stops at the first such place, so other mistakes show only after this one
is put right. The cause is often a little before the marked place: a missing quote, bracket or colon.

    endpoint: "0.0.0.0:4317        # the quote is never closed
    timeout: 5s: 10s               # two colons on one line
)"},
    {"E0006", "a tab indents a line",
     R"(YAML is indented with spaces. Tabs may stand within a line, never before its first word. Most editors can replace
them: `expand -t2 collector.yaml`.
)"},
    {"E0007", "a key is there twice",
     R"(A map has each key once. When the same component is to be there twice, the second needs a name of its own.

    receivers:
      otlp:
        protocols: {grpc: }
      otlp/internal:               # not `otlp:` again
        protocols: {http: }
)"},
    {"E0008", "nested too deep",
     R"(No setting of any component lies more than a few levels deep. A text that nests a hundred levels is not a config.
)"},
    {"E0009", "an alias without its anchor",
     R"(`*name` stands for what `&name` marks further up in the same file. The anchor must come first, and must not contain
the alias itself.

    protocols: &both
      grpc:
      http:
    ...
    protocols: *both
)"},
    {"E0010", "aliases expand to too much",
     R"(Aliases of aliases multiply: a few lines can stand for millions of values. That is refused before it eats all memory.
)"},
    {"E0011", "not a map",
     R"(A config is a map whose keys are `receivers`, `processors`, `exporters`, `extensions`, `connectors` and `service`.
This file holds a list or a single value.
)"},
    {"E0012", "a placeholder was never filled in",
     R"(`{{name}}` is how templates mark what is to be filled in. This one reached the config. Write the value in its place,
or a reference that the collector resolves when it starts.

    endpoint: {{endpoint}}         # left over from a template
    endpoint: ${env:ENDPOINT}      # read when the collector starts
)"},
    {"E0013", "a key is not a string",
     R"(Keys are plain strings. A list, a map or an alias cannot be a key.
)"},
    {"E0014", "`<<` does not get a map",
     R"(The key `<<` merges a map, or each of a list of maps, into the one it stands in. It is used with an alias.

    exporters:
      awsxray:
        <<: *aws
        indexed_attributes: [tenant]
)"},
    {"W0015", "only the first document is read",
     R"(A line `---` begins another document. The Collector reads the first document of a file and passes over the others
without a word, and so does whittle, with this warning. To merge several configs, give several files.
)"},
    {"E0016", "not JSON",
     R"(A policy, a task definition or a plan is read as JSON (RFC 8259), and this text is not: names stand in double quotes,
there are no comments, and no comma follows the last item.

    "Action": ["logs:PutLogEvents",],     # the comma before the bracket
)"},
    {"E0101", "no such source of values",
     R"(`${source:...}` takes a value from outside of the config. There are three sources:

    ${env:NAME}             an environment variable, when the collector starts
    ${env:NAME:-default}    the same with a default
    ${file:path}            a file, when the collector is compiled
    ${yaml:text}            YAML, when the collector is compiled

`${NAME}` means `${env:NAME}`. Configs over HTTP are not fetched: what runs was compiled.
)"},
    {"E0102", "not the name of an environment variable",
     R"(Names are made of letters, digits and underscores, and do not begin with a digit.
)"},
    {"E0103", "a reference inside of a reference",
     R"(Which variable is read must be known when the collector is compiled, so a name cannot itself be a reference, and
neither can a default.

    ${env:HOST_${env:STAGE}}       # refused
    ${env:HOST}
)"},
    {"E0104", "a file that a reference names cannot be read",
     R"(`${file:path}` is replaced by the content of the file when the collector is compiled. Relative paths count from the
folder that whittle runs in, not from the config's.
)"},
    {"W0105", "`$NAME` is not expanded",
     R"(Old Collectors expanded `$NAME`. Since 0.104 the text stays as it is, so a region written as `$AWS_REGION` is the
seven letters and not the region.

    region: $AWS_REGION            # stays "$AWS_REGION"
    region: ${env:AWS_REGION}
    password: a$$b                 # means a$b
)"},
    {"E0106", "must be known when the collector is compiled",
     R"(An environment variable can stand for a string, a number, a boolean or a duration: a slot in the compiled collector
that is filled in when it starts. It cannot stand for a list, a map, one of several names or a regular expression, because
those decide which code there is, and neither can it stand for an id in a pipeline.

    receivers: [${env:RECEIVER}]   # refused: decides what the collector is made of
    namespace: ${env:NAMESPACE}    # fine
)"},
    {"W0107", "nothing behind `$${` is expanded",
     R"(The Collector stops looking for references in a text when it meets an escaped one. What stands behind it stays as it
is written.

    value: "$${A} ${env:B}"        # means "${A} ${env:B}", B is not looked up
    value: "${env:B} $${A}"        # means the value of B, then "${A}"
)"},
    {"E0108", "references without end",
     R"(A file that a reference names contains a reference to a file, and so on, a thousand times over. One of them probably
names itself.
)"},
    {"W0109", "a placeholder was never filled in",
     R"(The text contains `{{name}}`, which is how templates mark what is to be filled in. The Collector would take it as it
is written.
)"},
    {"E0110", "the default of a reference does not fit",
     R"(What stands behind `:-` is used when the variable is not set, so it must be a value that the setting takes.

    send_batch_size: ${env:SIZE:-many}     # a whole number is wanted
    send_batch_size: ${env:SIZE:-8192}
)"},
    {"E0201", "no such setting",
     R"(The key is not known here. It may be misspelt, stand at the wrong depth, or belong to another component. All settings
of a component: `whittle components NAME`.

    processors:
      batch:
        time_out: 5s               # the setting is `timeout`
)"},
    {"E0202", "a value of the wrong type",
     R"(YAML decides by its look what a value is: `5` is a number, `"5"` a string, `true` a boolean, and settings take one of
them, as in the Collector. `yes` and `no` are strings.

    namespace: 5                   # a string is wanted: "5"
    send_batch_size: "100"         # a number is wanted: 100
    index_all_attributes: yes      # a boolean is wanted: true
)"},
    {"E0203", "not a duration",
     R"(A duration is a number with a unit, or several of them: `200ms`, `30s`, `1m30s`, `2h`. The units are `ns`, `us`, `ms`,
`s`, `m` and `h`; there is none for days.
)"},
    {"E0204", "not one of the values",
     R"(The setting takes one of a few names. The Collector takes any string for some of these settings and falls back to a
default, or fails later; either way the text cannot mean what was meant.
)"},
    {"E0205", "a value out of range",
     R"(The number or duration is outside of what makes sense: a port above 65535, a negative size, an interval of zero.
)"},
    {"W0206", "an odd value",
     R"(The Collector accepts the value and treats it as another one, or drops what it belongs to.

    metric_descriptors:
      - {metric_name: latency, unit: parsec}     # CloudWatch has no such unit: the descriptor is dropped
)"},
    {"W0207", "a duration without a unit",
     R"(The Collector takes a bare number for a duration and counts nanoseconds: `timeout: 60` is 60 ns, which is as good as
no timeout at all. Write the unit.

    timeout: 60                    # 60 nanoseconds
    timeout: 60s
)"},
    {"E0208", "a setting that cannot be compiled",
     R"(The Collector knows the setting, and whittle does not support it: the diagnostic says why. It is refused by name,
because ignoring it would make a collector that does something else than its config says. Leaving it at its default is fine.
)"},
    {"W0209", "a setting without effect",
     R"(The setting is accepted, and changes nothing in a compiled collector: the diagnostic says why. It can stay, for
configs that the stock Collector runs too.
)"},
    {"E0210", "a rule between settings is broken",
     R"(Each value is fine by itself, and together they are not: a maximum below a minimum, a certificate without its key.

    batch:
      send_batch_size: 100
      send_batch_max_size: 50      # must be at least send_batch_size
)"},
    {"W0211", "a deprecated setting",
     R"(The Collector still takes the setting and will drop it in a later version. The diagnostic says what to write instead.
)"},
    {"E0212", "not a regular expression",
     R"(Patterns have the syntax of Go's `regexp`, which is RE2's: no look-around, no back-references. A pattern matches
anywhere in a text unless `^` and `$` say otherwise. In YAML a pattern is best written in single quotes.

    metric_names: ['^ecs\.task\.']
)"},
    {"W0213", "a fraction where a whole number is taken",
     R"(The Collector cuts the fraction off: 1.9 counts as 1.
)"},
    {"W0214", "null is not the default",
     R"(A key with nothing behind it is null, and the Collector makes null zero, false or an empty string, whatever the default.

    batch:
      timeout:                     # 0s, not the default 200ms
)"},
    {"E0215", "a name is there twice",
     R"(Headers may be written as a list of `name` and `value`. Each name may be there once.
)"},
    {"E0301", "no such component",
     R"(No component has this type. `whittle components` lists those that whittle has. The part of an id before the slash is
the type; what comes behind it is free.
)"},
    {"E0302", "a component that whittle does not have yet",
     R"(The Collector's distributions have this component and whittle does not. The config may well be right; it just cannot
be compiled. `whittle components` lists what there is.
)"},
    {"E0303", "not an id",
     R"(An id is a type, or a type, a slash and a name: `otlp`, `otlp/internal`. A type begins with a letter and is made of
letters, digits and underscores; a name has no spaces and no symbols.

    awsxray/a b:                   # a space
    awsxray/a-b:
)"},
    {"E0304", "an id is there twice",
     R"(Two ids are the same once the spaces around their parts are taken away.
)"},
    {"W0305", "a component that is not used",
     R"(The component is defined, and no pipeline names it, or for an extension `service::extensions` does not. It is checked
and not compiled. Often a pipeline names another one by mistake.
)"},
    {"E0401", "no pipeline",
     R"(`service::pipelines` joins receivers to exporters. Without it nothing happens.

    service:
      pipelines:
        traces:
          receivers: [otlp]
          exporters: [awsxray]
)"},
    {"E0402", "not a signal",
     R"(A pipeline is named after what it carries: `traces`, `metrics` or `logs`. Several of one kind have names:
`traces/errors`.
)"},
    {"E0403", "a component that is not defined",
     R"(A pipeline or `service::extensions` names a component that the config does not define. Every component that is used
has an entry in its section, even if all its settings are left at their defaults.

    exporters:
      awsxray:                     # this line is needed
)"},
    {"E0404", "a pipeline without receivers or exporters",
     R"(A pipeline needs at least one receiver and one exporter. Processors may be left out.
)"},
    {"E0405", "a processor twice in one pipeline",
     R"(A processor works once in a pipeline. Two of the same type need two ids: `filter/names` and `filter/noise`.
)"},
    {"W0406", "a component twice in one list",
     R"(The second mention changes nothing. Another component may have been meant.
)"},
    {"E0407", "a component that does not handle the signal",
     R"(Not every component carries every signal: `awsxray` takes traces only, `awsemf` metrics only.
)"},
    {"E0408", "no receivers or no exporters",
     R"(A config defines at least one receiver and one exporter.
)"},
    {"E0409", "an empty config",
     R"(None of the sections has an entry. The file may be empty, or everything in it may be commented out.
)"},
    {"E0501", "an address is listened on twice",
     R"(Two parts of the collector listen on one port. The second one to start fails, and the collector stops. The port of the
collector's own metrics counts too: it is localhost:8888 unless `service::telemetry::metrics` says otherwise.

    protocols:
      grpc: {endpoint: 0.0.0.0:4317}
      http: {endpoint: 0.0.0.0:4317}     # 4318 is usual
)"},
    {"W0501", "a default address is listened on twice",
     R"(Two components were left at the same default address. Give one of them another `endpoint`.
)"},
    {"W0502", "a metric name that never comes",
     R"(A setting names a metric that nothing in front of it makes, so it never matches. The receivers of the pipeline make
metrics of fixed names: `whittle components awsecscontainermetrics` lists them. A filter that includes only such names drops
everything.

    metric_names:
      - ecs.task.memory.limit      # the receiver calls it ecs.task.memory.reserved
)"},
    {"N0503", "signals that go nowhere",
     R"(SDKs send traces, metrics and logs to one address unless they are told otherwise. A receiver that feeds no pipeline for
a signal answers 404 over HTTP and UNIMPLEMENTED over gRPC, and the SDK logs an error at each export. Add a pipeline, or tell
the application to keep it to itself with OTEL_METRICS_EXPORTER=none or OTEL_LOGS_EXPORTER=none.
)"},
    {"W0504", "held longer than the task has to stop",
     R"(When ECS stops a task it sends SIGTERM, and SIGKILL after `stopTimeout`, 30 seconds unless the container definition
says otherwise. A collector drains what it holds when it is told to stop; a host that dies gives no such notice. Whatever
a batch holds then is lost, and a minute's worth is more than any backend needs to be efficient.

    batch:
      timeout: 5s
)"},
    {"W0505", "a collector that sends to itself",
     R"(The exporter's endpoint is an address that a receiver of the same collector listens on. What it sends comes in again.
)"},
    {"E0601", "not an address to listen on",
     R"(An address is `host:port`. `0.0.0.0:4317` listens on all interfaces, `localhost:4317` within the task, where containers
of one task share an interface. There is no scheme, and IPv6 addresses stand in brackets.

    endpoint: http://0.0.0.0:4318  # no scheme
    endpoint: 0.0.0.0              # no port
    endpoint: "[::]:4317"
)"},
    {"W0602", "a file that is not here",
     R"(The image of a compiled collector holds the collector, and the roots of certificate authorities if it needs them. Other
files have to be brought by a volume of the task. Paths must be absolute: the collector runs in `/`.
)"},
    {"E0603", "not a URL",
     R"(An endpoint to send to is a URL with `http://` or `https://`.

    endpoint: collector.example.com:4318          # no scheme
    endpoint: https://collector.example.com:4318
)"},
    {"W0604", "not a region that whittle knows",
     R"(The region decides the address of the service and is part of each signature. A region that does not exist fails at the
first call. A new region may be unknown to this version of whittle; then the warning can be ignored.
)"},
    {"E0605", "not an ARN",
     R"(An ARN has six parts: `arn:aws:iam::123456789012:role/Name`. An account id has twelve digits.
)"},
    {"W0605", "not an ARN",
     R"(The setting is made for an ARN, which has six parts: `arn:aws:service:region:account:resource`.
)"},
    {"W0606", "port 0",
     R"(The system picks a free port, a different one at each start, and nobody can send to it.
)"},
    {"E0607", "not the name of a header",
     R"(Names of HTTP headers are made of letters, digits and `-`, and a few other signs; no spaces and no colons.
)"},
    {"W0608", "a placeholder that is not replaced",
     R"(Names of log groups and streams may hold placeholders such as `{ClusterName}` and `{TaskId}`. This one is not among
them, so the name will contain the braces.
)"},
    {"E0609", "a unix socket without a path",
     R"(With `transport: unix` the endpoint is the path of the socket, of at most 107 bytes.

    endpoint: /run/otlp/grpc.sock
    transport: unix
)"},
    {"W0701", "a filter that drops nothing",
     R"(The filter has no conditions, or none for the signals it is used with.
)"},
    {"E0702", "a wrong match type",
     R"(`match_type` says how texts are compared: `strict` for equal strings, `regexp` for patterns. The Collector has no default
for it.
)"},
    {"E0703", "two forms of conditions at once",
     R"(A signal is filtered by `include` and `exclude`, or by conditions under `metric:`, `span:` and so on, or by
`metric_conditions` and its like. The Collector takes one of the three.
)"},
    {"E0704", "a wrong attribute",
     R"(An attribute to match has a `key`, and perhaps a `value`. With `match_type: regexp` the value is a pattern, so it must be
a string.

    resource_attributes:
      - {key: deployment.environment, value: production}
)"},
    {"E0705", "not something that spans have",
     R"(A span is matched by `services`, `span_names`, `span_kinds`, `attributes`, `resources` and `libraries`, at least one
of them.
)"},
    {"E0706", "not a kind of span",
     R"(The kinds are SPAN_KIND_INTERNAL, SPAN_KIND_SERVER, SPAN_KIND_CLIENT, SPAN_KIND_PRODUCER and SPAN_KIND_CONSUMER.
)"},
    {"E0707", "not a severity",
     R"(Severities are TRACE, DEBUG, INFO, WARN, ERROR and FATAL, each also with 2, 3 or 4 behind it, or their numbers 1 to 24.
)"},
    {"E0711", "a metadata key twice",
     R"(Header names do not tell capitals from small letters, so `X-Tenant` and `x-tenant` are one key.
)"},
    {"W0712", "no metadata to batch by",
     R"(`metadata_keys` batches by request headers, and receivers throw headers away unless `include_metadata: true` is set. Without
it all telemetry falls into one batch.

    receivers:
      otlp:
        protocols:
          grpc: {include_metadata: true}
)"},
    {"E0721", "a wrong tag",
     R"(A log group has at most 50 tags. Keys have 1 to 128 bytes and values 1 to 256, of letters, digits, spaces and
`_ . : / = + - @`.
)"},
    {"W0722", "a rule that applies to no metric",
     R"(`metric_declarations` give dimensions to the metrics whose names match `metric_name_selectors`. Without selectors the
Collector drops the rule.

    metric_declarations:
      - dimensions: [[service.name]]
        metric_name_selectors: ['^http\.']
)"},
    {"W0723", "too many dimensions",
     R"(A set of more than ten dimensions is dropped by the exporter; CloudWatch itself takes thirty.
)"},
    {"W0724", "a dimension twice",
     R"(A set holds each dimension once; the second mention changes nothing.
)"},
    {"W0725", "an incomplete label matcher",
     R"(A label matcher has `label_names`, whose values are joined, and `regex`, which the joined text must match. If one is
missing the Collector drops the rule that the matcher belongs to.
)"},
    {"W0726", "a descriptor that applies to no metric",
     R"(A metric descriptor gives a `unit` to a metric by `metric_name`; without both it does nothing.
)"},
    {"W0727", "CloudWatch refuses the namespace",
     R"(A namespace has at most 255 letters, digits and `. - _ / # :`, and does not begin with `AWS/`. CloudWatch makes no metrics
from documents with another one, and says nothing.
)"},
    {"E0731", "no endpoint",
     R"(The exporter needs `endpoint`, to which it adds `/v1/traces` and so on, or an endpoint for each signal that it is used
with.
)"},
    {"E0732", "no such level of compression",
     R"(gzip, zlib and deflate have the levels -2 to 9, zstd 1 to 11; without compression there is no level.
)"},
    {"W0733", "insecure and https",
     R"(Over HTTP the URL decides whether TLS is spoken: with `https` it is, and `insecure: true` changes nothing, in the
Collector as in whittle. Whoever wrote it wanted either plain HTTP or a certificate that nobody checks.

    endpoint: https://collector:4318
    tls:
      insecure: true                # `http://collector:4318`, or `insecure_skip_verify: true`
)"},
    {"E0741", "`output_paths` without its switch",
     R"(The debug exporter writes through the collector's own log unless `use_internal_logger` is false; `output_paths` would
have no effect.
)"},
    {"E0742", "`output_paths` is empty",
     R"(An empty list leaves the exporter nowhere to write to. Leave the setting out for standard output.
)"},
    {"E0751", "not a path of a URL",
     R"(The path to answer on begins with a slash: `/healthz`.
)"},
    {"E0801", "a condition that cannot be read",
     R"(Conditions are written in the OpenTelemetry Transformation Language. A condition compares values, or calls a function
that answers yes or no; `and`, `or`, `not` and parentheses join them. Strings stand in double quotes.

    metric.name == "cpu" and IsMatch(resource.attributes["env"], "^dev")
)"},
    {"E0802", "a path that there is not",
     R"(A path names a part of what is looked at: `name`, `attributes["key"]`, `resource.attributes["key"]`. Which there are depends
on the context. In `metric_conditions` and its like a path begins with its context: `metric.name`.
)"},
    {"E0803", "a function that there is not",
     R"(Conditions call converters, whose names begin with a capital: `IsMatch`, `HasPrefix`, `Len`. Functions that change
something, whose names begin with a small letter, have no place in a condition.
)"},
    {"E0804", "wrong arguments",
     R"(The function takes another number of arguments, or has none of that name.

    IsMatch(name)                  # the pattern is missing
    IsMatch(name, "^cpu")
)"},
    {"E0805", "conditions without a context",
     R"(`metric_conditions`, `log_conditions` and `trace_conditions` see from their paths what they are about. At least one path
must say it: `metric.name`, `span.kind`, `log.body`; or the group states `context`.
)"},
    {"E0810", "cannot be compiled yet",
     R"(The config is right, and this version of whittle cannot compile part of it. `whittle check` accepts it with a warning.
Conditions in OTTL are among these parts, and environment variables where a value decides which code there is: an environment
variable can stand for a string, a number, a boolean or a duration.

    verbosity: ${env:LEVEL}        # decides code
    verbosity: detailed
)"},
    {"W0810", "cannot be compiled yet",
     R"(The config is right, and this version of whittle cannot compile part of it: `build`, `run` and `replay` refuse it.
)"},
    {"E0901", "not a policy document",
     R"(An IAM policy is a map with `Version` and `Statement`. A list, a text or a statement by itself is not one, and the AWS API
refuses it with MalformedPolicyDocument. What the AWS CLI prints around a document (`PolicyDocument`, `PolicyVersion`) is looked
through.

    {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}        # a statement only

    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}
    ]}
)"},
    {"W0901", "a policy in the language of 2008",
     R"(`Version` names the policy language, not a revision of the policy. Without it AWS reads the language of 2008-10-17, which
knows no policy variables: `${aws:PrincipalAccount}` is then plain text that matches nothing, and nobody is told.

    {"Version": "2012-10-17", "Statement": [...]}
)"},
    {"E0902", "an unknown element of a policy",
     R"(A policy has `Version`, `Id` and `Statement`; a statement has `Sid`, `Effect`, `Principal`, `NotPrincipal`, `Action`,
`NotAction`, `Resource`, `NotResource` and `Condition`. They are written exactly so, capital letters included. There is no room
for comments: a `Sid` may say what a statement is for.

    {"Effect": "Allow", "Actions": ["logs:PutLogEvents"], "Resource": "*"}         # Action
)"},
    {"W0902", "an action that there is not",
     R"(IAM takes any name for an action and matches it against the calls that are made, so a misspelt action grants nothing and
nobody is told, until the call is refused.

    "Action": "logs:PutLogEvent"           # logs:PutLogEvents
)"},
    {"E0903", "an element of a policy is missing",
     R"(A policy needs at least one statement. Every statement needs `Effect`, `Action` or `NotAction`, and in identity policies
`Resource` or `NotResource`; in trust policies it needs `Principal`. None of them has a default.
)"},
    {"W0903", "a condition key that there is not",
     R"(Keys that begin with `aws:` are the same for all services, and AWS has a list of them. Any other such key is never part of
a request: the condition never holds, or, when it is a negated one, always.

    "StringEquals": {"aws:RequestRegion": "us-east-1"}        # aws:RequestedRegion
)"},
    {"E0904", "elements of a policy that do not go together",
     R"(A statement has either `Action` or `NotAction`, and either `Resource` or `NotResource`. Policies that are attached to a role
name no `Principal`: it is the role. Trust policies name no `Resource`: it is the role, too. IAM refuses such documents.
)"},
    {"E0905", "a wrong value in a policy",
     R"(`Effect` is `Allow` or `Deny`, `Version` is a date that names the language, a `Sid` has letters and digits only and is there
once, and lists are not empty. IAM refuses a document that says otherwise.

    {"Sid": "write metrics", "Effect": "allow", ...}          # WriteMetrics, Allow
)"},
    {"E0906", "not an action",
     R"(An action is a service's prefix, a colon and a name. The name may have wildcards, the prefix may not; `*` alone is every
action of every service.

    "Action": ["logs.PutLogEvents"]        # logs:PutLogEvents
    "Action": ["log*:Put*"]                # logs:Put*
)"},
    {"E0907", "not a resource",
     R"(A resource is an ARN or `*`. An ARN has six parts, `arn:partition:service:region:account:resource`; partition, region, account
and resource may have wildcards, and some services leave region or account empty. Account ids have twelve digits.

    "Resource": "log-group:/ecs/app"
    "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/app:*"
)"},
    {"E0908", "a malformed condition",
     R"(A condition maps operators to keys to values. Operators are those of the IAM user guide, with `ForAllValues:` or
`ForAnyValue:` before them and `IfExists` behind them where wanted; the values must be what the operator compares.

    "Condition": {"aws:RequestedRegion": "us-east-1"}
    "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
)"},
    {"E0909", "a malformed principal",
     R"(A trust policy says who may take a role: `*`, or a map from the kind of principal to its names. Services are called
`name.amazonaws.com`.

    "Principal": "ecs-tasks.amazonaws.com"
    "Principal": {"Service": "ecs-tasks.amazonaws.com"}
)"},
    {"E0911", "a role does not allow what is needed",
     R"(The config, or the task definition, makes a call that no statement of the role allows. The place is what needs it; where a
statement comes near, allowing the action on another resource or under a condition that does not hold, that is shown as well.

A call that the task role does not allow is refused with 403 while the collector runs; the task stays up and telemetry is lost.
Without what the execution role needs the task does not start.

`*` in a resource stands for what is known only when the collector runs: a policy has to allow all that it may become. An account
that is not told is taken to be the one that the policies name.
)"},
    {"N0911", "it cannot be told whether a role allows a call",
     R"(The answer depends on something that is known only at run time or only to AWS: a condition on the network that a request comes
from, a part of a resource's name, a value that a template leaves open, a managed policy whose statements are not known here, or
policies that are attached elsewhere. `--account` and `--region` say where a task runs.
)"},
    {"W0911", "a role allows what nothing calls",
     R"(Nothing in this config makes these calls, so the role is better off without them: whoever gets hold of its credentials can do
what it allows. `whittle check --fix` takes them out; `whittle iam` prints a policy with just what is needed.

Give `--task-role-policy` only for roles that no other container's code uses: what the application calls is not known here.
)"},
    {"E0912", "a role is denied what is needed",
     R"(A statement with `"Effect": "Deny"` matches a call that is needed. An explicit deny wins over every allow, in whichever policy
it stands, and no other statement can undo it. Except the call from the deny: with `NotAction`, `NotResource` or a condition.
)"},
    {"N0912", "a managed policy allows more than is needed",
     R"(AWS's managed policies are made for many uses. They do work; a policy of your own can be narrower. The version that was compared
is named, and AWS may have changed the policy since.

    whittle iam collector.yaml --role task > task-role-policy.json
)"},
    {"W0912", "a role allows a call on more than is needed",
     R"(The calls are needed, on fewer resources. The narrower statements are shown, and `whittle check --fix` puts them in place. A
partition or an account that a policy leaves open does not count as too wide, and neither does a whole log group where a stream
would do.

    "Resource": "*"
    "Resource": "arn:aws:logs:us-east-1:*:log-group:/metrics/App:*"
)"},
    {"E0913", "a permissions boundary does not allow what is needed",
     R"(A role may do what its policies and its boundary both allow. The policies allow this call and the boundary does not, so it is
refused. A boundary grants nothing by itself.
)"},
    {"N0913", "permission to pull images that nothing needs",
     R"(Images of public registries, and those of other registries with credentials of their own, are pulled without any action of ECR.
The permission is left alone, since the image that `whittle build --image` makes is usually kept in ECR.
)"},
    {"W0913", "a role allows actions by wildcard",
     R"(A wildcard takes in whatever AWS adds to a service. The actions that are called are known, so they can be named.

    "Action": "logs:*"
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
)"},
    {"N0914", "policies name different accounts",
     R"(Without `--account` the account of the task is taken to be the one that its policies name. These name several, so each call is
held to be allowed when it would be in any of them.
)"},
    {"W0914", "a role does not allow what may be needed",
     R"(Whether the call is made depends on a value that is filled in when the collector starts, such as `log_retention: ${env:DAYS}`.
If it may turn out so, the role should allow it.
)"},
    {"E0915", "ECS tasks cannot take a role",
     R"(The trust policy of a role says who may take it. For a task role and for an execution role that is the service of ECS tasks,
which is neither ECS itself (`ecs.amazonaws.com`) nor EC2. Conditions on `aws:SourceAccount` and `aws:SourceArn` must fit the account
and the region of the task.

    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
)"},
    {"N0915", "it cannot be told whether ECS tasks can take a role",
     R"(A condition of the trust policy depends on where the task runs. `--account` and `--region` say so.
)"},
    {"W0916", "everybody may take a role",
     R"(A trust policy with the principal `*` and no condition lets every principal of every AWS account take the role. Name the
service that needs it.

    "Principal": {"Service": "ecs-tasks.amazonaws.com"}
)"},
    {"E1001", "no task definition in a file",
     R"(The file can be read and is not what its option says. Task definitions in JSON have `containerDefinitions`, CloudFormation
templates have `Resources`, and what `terraform show -json` prints has `planned_values`.

    whittle check collector.yaml --task-definition task.json
    whittle check collector.yaml --cloudformation template.yaml
    whittle check collector.yaml --terraform-plan plan.json
)"},
    {"E1002", "a parameter has the wrong type",
     R"(ECS does not turn numbers into texts or texts into numbers: registering the task definition fails. Values of variables are
texts. Within a container `cpu` and `memory` are numbers, of the whole task they are texts.

    {"name": "PORT", "value": 8080}        # must be "8080"
    "stopTimeout": "60"                    # must be 60
)"},
    {"W1003", "an unknown parameter",
     R"(ECS refuses a task definition with parameters that it does not know, so most of these are misspelt. Capitals count.

    "healthcheck": {...}                   # healthCheck
)"},
    {"E1004", "a text in a plan is not JSON",
     R"(Terraform holds container definitions and policies as texts with JSON in them. This one cannot be read, so neither can AWS.
`jsonencode()` and `aws_iam_policy_document` write such texts without mistakes.
)"},
    {"N1005", "containers that are known only after apply",
     R"(A plan shows nothing of a value that depends on a resource which the same apply makes, and the list of containers is one value:
one unknown part hides all of it.
)"},
    {"E1006", "a template refers to something that is not there",
     R"(`!Ref`, `!GetAtt` and `!Sub` name a parameter or a resource of the same template. CloudFormation refuses the template.
)"},
    {"E1007", "a template defines something by itself",
     R"(A property of a resource depends on itself through `!Ref` or `!GetAtt`. CloudFormation refuses circular dependencies.
)"},
    {"E1010", "the network mode is not `awsvpc`",
     R"(On Fargate each task has a network interface of its own, and no other network mode. Containers of a task then share
`localhost`.

    "networkMode": "awsvpc"
)"},
    {"E1011", "a size that Fargate does not have",
     R"(Fargate offers certain amounts of memory for each amount of CPU:

    256 CPU units     512, 1024 or 2048 MiB
    512               1024 to 4096 MiB in steps of 1024
    1024              2048 to 8192 MiB in steps of 1024
    2048              4096 to 16384 MiB in steps of 1024
    4096              8192 to 30720 MiB in steps of 1024
    8192              16384 to 61440 MiB in steps of 4096
    16384             32768 to 122880 MiB in steps of 8192
)"},
    {"E1012", "a Fargate task has no size",
     R"(`cpu` and `memory` of the task itself must be written for Fargate. Those of containers are shares of them.

    "cpu": "256", "memory": "512"
)"},
    {"E1013", "containers do not fit into the task",
     R"(What containers reserve together must not be more than the task has: `cpu` of each, and `memoryReservation`, or `memory` where
there is none. `memory` is where a container is killed, `memoryReservation` what it is promised, so the former must be more.
)"},
    {"E1014", "a parameter that Fargate does not take",
     R"(Parameters that need access to the host, such as `privileged`, `links` or `extraHosts`, are refused for Fargate. Capabilities can be
dropped, and of all only SYS_PTRACE can be added. With `awsvpc` the host port is the container's port.
)"},
    {"N1015", "nothing says that a task runs on Fargate",
     R"(Neither `requiresCompatibilities` nor a service in the same file says `FARGATE`, so what holds for Fargate alone was not checked.

    "requiresCompatibilities": ["FARGATE"]
)"},
    {"E1016", "a platform version that does not do",
     R"(The task metadata endpoint, version 4, came with platform version 1.4.0. Older ones do not set ECS_CONTAINER_METADATA_URI_V4, from
which `awsecscontainermetrics` reads. Leave the version out, or write `LATEST`.
)"},
    {"W1016", "an old platform version",
     R"(Platform versions before 1.4.0 are retired: AWS starts no new tasks on them. Leave the version out, or write `LATEST`.
)"},
    {"E1017", "the collector is compiled for something else",
     R"(The executable and the task must be of the same processor, and of Linux. The container stops at once otherwise, with
"exec format error" in its reason.

    whittle build --target aarch64 collector.yaml
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
)"},
    {"E1018", "a timeout that Fargate does not have",
     R"(`stopTimeout` and `startTimeout` are 2 to 120 seconds on Fargate.
)"},
    {"W1019", "too short a time to stop",
     R"(When the task stops, the collector sends what it holds, for 25 seconds at most. If `stopTimeout` is shorter it is killed while
it does so, and says nothing of what was lost. 30 seconds are the default.
)"},
    {"W1020", "an image that is not pinned",
     R"(`latest`, no tag (which means `latest`) and tags like `stable` move from one image to another. Tasks of the same task definition
then run different code, and a deployment cannot be taken back. A version, or better a digest, stays the same.

    "image": "app:latest"
    "image": "app:4.12.1"
    "image": "app@sha256:..."
)"},
    {"N1021", "the stock collector",
     R"(The container runs a collector that is published for everybody, and reads its config when it starts. The compiled collector takes
its place: the same ports, and `command` and `AOT_CONFIG_CONTENT` may stay while moving over.
)"},
    {"E1022", "not the name of an image",
     R"(The name of an image is a registry (or none, for Docker Hub), a repository in small letters, and a tag or a digest. It is no URL.
Registries of ECR begin with the twelve digits of an account.

    123456789012.dkr.ecr.us-east-1.amazonaws.com/app:4.12.1
)"},
    {"N1025", "another task definition has the collector",
     R"(No container of this task definition looks like the collector, and another one of the same files has it. What concerns the
collector was checked there. `--container NAME` says which it is where its image and name do not tell.
)"},
    {"W1025", "which container is the collector cannot be told",
     R"(The collector is found by its image (`aws-otel-collector`, `opentelemetry-collector`, or a name that ends with `collector`), by
`AOT_CONFIG_CONTENT`, by `--config` in its command, or by its name. Here nothing of that fits, or several containers fit. What
concerns the collector was not checked.

    whittle check collector.yaml --task-definition task.json --container otel
)"},
    {"E1026", "no such container",
     R"(`--container` names a container that none of the task definitions has.
)"},
    {"E1030", "an ARN that cannot be",
     R"(An ARN has six parts. Roles have no region, and account ids have twelve digits, with their leading zeros.

    arn:aws:iam::123456789012:role/my-task-role
)"},
    {"E1031", "no execution role",
     R"(The execution role is what ECS itself uses before a container starts and while it runs: to pull images from ECR, to write logs,
to read secrets and parameters. `whittle iam CONFIG --role execution` prints the policy that it needs.
)"},
    {"E1032", "no task role",
     R"(The task role is what the collector's calls to AWS are made with. Without one there are no credentials in a Fargate task, each
export fails, and nothing else shows it.
)"},
    {"W1032", "no task role on EC2",
     R"(The task role is what the collector's calls to AWS are made with. On EC2 containers without one use the role of the instance, if
they can reach its metadata, and then share its permissions with everything else there.
)"},
    {"E1040", "a health check that always fails",
     R"(The compiled collector's image holds one file that can be run: `/collector`. It has no shell, which `CMD-SHELL` needs, no curl and
no wget. The collector asks itself:

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"E1041", "the stock collector's health check",
     R"(`/healthcheck` is a file of the stock collector's image. The compiled one is asked with its own command:

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"W1041", "the stock collector's health check",
     R"(`/healthcheck` is a file of the stock collector's image, which this container still runs. It goes when the image is replaced:

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"W1042", "a health check that is not used",
     R"(The config has the `health_check` extension, and the container no `healthCheck`. ECS takes nobody's word but its own health check:
others cannot wait until the collector is `HEALTHY`, and a stuck one is not noticed.

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"E1043", "a health check that nobody answers",
     R"(`/collector healthcheck` asks the `health_check` extension of the collector beside it, and the config has none in use.

    extensions:
      health_check:
    service:
      extensions: [health_check]
)"},
    {"W1044", "a health check of unknown form",
     R"(ECS documents that the command of a health check begins with `CMD`, and is run as it is, or with `CMD-SHELL`, and is run by the
container's shell.
)"},
    {"E1045", "a health check's number out of range",
     R"(`interval` is 5 to 300 seconds, `timeout` 2 to 60, `startPeriod` 0 to 300, and `retries` 1 to 10. Registering the task definition
fails otherwise.
)"},
    {"E1050", "an application sends where nobody listens",
     R"(A container is told to send its telemetry to a port of this task on which the collector does not listen. The SDK finds the
connection refused, logs an error each time, and drops what it has.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318
)"},
    {"E1051", "an application speaks another protocol",
     R"(gRPC and HTTP have a port each: 4317 and 4318 unless the config says otherwise. `OTEL_EXPORTER_OTLP_PROTOCOL` and the port of
`OTEL_EXPORTER_OTLP_ENDPOINT` must agree.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317     OTEL_EXPORTER_OTLP_PROTOCOL=grpc
    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318     OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
)"},
    {"W1051", "an application may speak another protocol",
     R"(The endpoint is one for gRPC, and `OTEL_EXPORTER_OTLP_PROTOCOL` is not written. Most SDKs then speak http/protobuf; some speak grpc.
Write which it is.
)"},
    {"E1052", "one side speaks TLS and the other does not",
     R"(`https` in an endpoint makes the SDK begin with TLS. The receiver speaks it if its settings have `tls`. Within a task nothing leaves
the network interface, so plain `http` to `localhost` is usual.
)"},
    {"E1053", "the collector is not at that host",
     R"(With `awsvpc`, and so on Fargate, the containers of a task share one network and have no names in it: the collector is at
`localhost`. With `bridge` each container has a `localhost` of its own, and reaches others by `links`.
)"},
    {"E1054", "a path that the collector does not have",
     R"(SDKs append `/v1/traces`, `/v1/metrics` and `/v1/logs` to `OTEL_EXPORTER_OTLP_ENDPOINT`, and use the endpoints of one signal as they
are. The collector answers other paths with 404.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:4318/v1/traces
)"},
    {"E1055", "a signal that no pipeline takes",
     R"(The container sends this signal to the collector on purpose, and no pipeline of the config takes it from that receiver. All of it
is refused.
)"},
    {"W1055", "signals that no pipeline takes",
     R"(An SDK sends traces, metrics and logs to `OTEL_EXPORTER_OTLP_ENDPOINT` unless it is told otherwise. The collector refuses those that no
pipeline takes, and the SDK logs an error each time.

    OTEL_METRICS_EXPORTER=none
    OTEL_LOGS_EXPORTER=none
)"},
    {"W1056", "a variable that no SDK reads",
     R"(The name is nearly that of a variable of the OpenTelemetry specification, or was one before 2021. SDKs say nothing about variables
that they do not know, so the setting is silently without effect.

    OTEL_EXPORTER_OTLP_ENPOINT             # OTEL_EXPORTER_OTLP_ENDPOINT
)"},
    {"W1057", "no such protocol",
     R"(`OTEL_EXPORTER_OTLP_PROTOCOL` is `grpc`, `http/protobuf` or `http/json`. What an SDK does with another value differs: some stop, some
use their default.
)"},
    {"N1058", "an application without a name",
     R"(Traces and metrics are found by `service.name`. An SDK that is not told calls it `unknown_service`.

    OTEL_SERVICE_NAME=orders
    OTEL_RESOURCE_ATTRIBUTES=service.name=orders,deployment.environment.name=production
)"},
    {"W1059", "an endpoint without a scheme",
     R"(Over HTTP an endpoint is a URL. Without `http://` most SDKs refuse it.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318
)"},
    {"W1060", "a port mapping that leads nowhere",
     R"(The collector does not listen on this port, or not with this protocol. Perhaps another receiver listened there before.
)"},
    {"W1061", "a port mapping that nobody gets through",
     R"(The collector listens on `localhost` alone, so nothing outside of the task reaches it. That is the safe choice for a sidecar: its
application shares `localhost` with it and needs no mapping. A receiver on 0.0.0.0 takes telemetry from everybody whom the security
group lets in.
)"},
    {"E1064", "two containers want one port",
     R"(Containers of one network share its ports. The second one to start finds the address in use and ends.
)"},
    {"N1070", "a config is given to a collector that has its own",
     R"(The stock collector reads its config from `--config` or `AOT_CONFIG_CONTENT`. The compiled one has it within; what it is given all the
same it compares, and logs what differs. So both may stay until the move is done, and then go.
)"},
    {"E1071", "a config that fits into no parameter",
     R"(Parameter Store holds 4096 bytes in a standard parameter and 8192 in an advanced one. A config that is compiled in has no such limit.
)"},
    {"W1071", "a config that needs an advanced parameter",
     R"(A standard parameter of Parameter Store holds 4096 bytes; larger ones must be of the advanced tier, which costs. A config that is
compiled in needs no parameter.
)"},
    {"E1072", "an argument that the collector does not know",
     R"(The collector runs without any argument. From task definitions of the stock collector it takes `--config`, `--set` and
`--feature-gates`, and `--on-drift` for what to do when a config that it is given differs. Others end it with exit code 2.
)"},
    {"W1072", "a config from a variable that is not there",
     R"(`--config=env:NAME` names a variable that neither `environment` nor `secrets` has.
)"},
    {"E1073", "an entry point that is not there",
     R"(The compiled collector's image holds one file that can be run, `/collector`, and starts it by itself. Leave `entryPoint` out.
)"},
    {"E1074", "a parameter that is too long",
     R"(Parameter Store holds 4096 bytes in a standard parameter and 8192 in one of the tier `Advanced`. AWS refuses the parameter when the
template is deployed.
)"},
    {"E1080", "a dependency on no container",
     R"(`dependsOn` names containers of the same task definition. Registering it fails otherwise.
)"},
    {"E1081", "a dependency that is never healthy",
     R"(Only a container with a health check becomes `HEALTHY`. Give it one, or wait for `START`.
)"},
    {"E1082", "containers that wait for each other",
     R"(Containers that depend on each other in a circle can never start. Registering the task definition fails.
)"},
    {"E1083", "a dependency that cannot be",
     R"(`START` waits until a container runs, `HEALTHY` until its health check succeeds. `COMPLETE` and `SUCCESS` wait until it ends, which
an essential container must not do, and a collector never does.
)"},
    {"W1084", "the collector is essential",
     R"(When an essential container ends, ECS stops the whole task, and containers are essential unless they say otherwise. A sidecar for
telemetry should not decide whether the application runs.

    "essential": false
)"},
    {"E1085", "no essential container",
     R"(A task lives as long as its essential containers, so ECS wants at least one: the application.
)"},
    {"W1086", "an application does not wait for the collector",
     R"(`dependsOn` does two things. The application starts when the collector is there, and, as containers stop in the reverse order, ECS
tells the collector to stop only after the application has ended. Without it both are told at the same time, and the last
telemetry of the application finds nobody.

    "dependsOn": [{"containerName": "collector", "condition": "HEALTHY"}]
)"},
    {"E1087", "two containers of one name",
     R"(Each container of a task definition has a name of its own. Registering it fails otherwise.
)"},
    {"E1090", "an option of the log driver is missing",
     R"(`awslogs` needs `awslogs-group` and `awslogs-region`, and on Fargate `awslogs-stream-prefix` too.

    "logConfiguration": {"logDriver": "awslogs", "options": {
      "awslogs-group": "/ecs/app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "collector"}}
)"},
    {"W1091", "nobody reads the collector's logs",
     R"(The collector says on its output what it could not send and why. On Fargate the output goes nowhere without a log driver.
)"},
    {"N1092", "log groups that ECS is to create",
     R"(With `awslogs-create-group` ECS creates a missing log group, with the execution role. The managed policy
`AmazonECSTaskExecutionRolePolicy` does not allow `logs:CreateLogGroup`, so with it alone the task does not start.
)"},
    {"E1093", "a secret from nowhere",
     R"(`valueFrom` is the ARN of a parameter or of a secret, or the name of a parameter of the same region.

    /app/api-key
    arn:aws:ssm:us-east-1:123456789012:parameter/app/api-key
    arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf:api_key::
)"},
    {"E1094", "a name that is a variable and a secret",
     R"(`environment` and `secrets` must not have the same name. Registering the task definition fails.
)"},
    {"W1094", "a variable is there twice",
     R"(Of two variables with one name one value is lost, without a word.
)"},
    {"E1095", "a variable that the config needs is missing",
     R"(The config reads this variable when the collector starts, and has no default for it. Without it the collector says so and ends.

    endpoint: ${env:ENDPOINT}                      # must be in `environment` or `secrets`
    endpoint: ${env:ENDPOINT:-https://x.test}      # need not
)"},
    {"W1095", "a variable that only recent agents set",
     R"(Fargate sets AWS_REGION and AWS_DEFAULT_REGION in each container. On EC2 the ECS agent does so only since 2026; with an older one the
collector says that the variable is missing, and ends.

    {"name": "AWS_REGION", "value": "us-east-1"}
)"},
    {"E1096", "a placeholder in a task definition was never filled in",
     R"(`{{name}}` is how templates mark what is to be filled in. ECS takes the text as it is written.
)"},
    {"N1097", "a writable file system",
     R"(The compiled collector writes no files. With a read-only root file system nobody who got into it could leave something there.

    "readonlyRootFilesystem": true
)"},
    {"W1098", "the collector runs as root",
     R"(The compiled collector's image has the user 4317, who owns nothing. `user` in the container definition overrides that.
)"},
    {"E1099", "a log driver that Fargate does not have",
     R"(Fargate has the log drivers `awslogs`, `splunk` and `awsfirelens`.
)"},
};

}  // namespace

std::span<const Explanation> catalog() {
  return kCatalog;
}

const Explanation* explain(std::string_view code) {
  if (code.size() != 5) return nullptr;
  auto same = [&](std::string_view c) {
    char first = code[0] >= 'a' && code[0] <= 'z' ? static_cast<char>(code[0] - 'a' + 'A') : code[0];
    return c[0] == first && c.substr(1) == code.substr(1);
  };
  auto it = std::find_if(std::begin(kCatalog), std::end(kCatalog), [&](const Explanation& e) { return same(e.code); });
  return it == std::end(kCatalog) ? nullptr : it;
}

}  // namespace whittle::diag
