// SPDX-License-Identifier: Apache-2.0
// The long explanations of mistakes in configs. Each says what is wrong, why it matters, and shows the mistake or how
// to write it.
#include "compiler/diag/catalog_parts.h"

namespace whittle::diag {

namespace {

// In order of the code's number, as `whittle explain` lists them.
constexpr Explanation kConfig[] = {
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
};

}  // namespace

std::span<const Explanation> config_codes() {
  return kConfig;
}

}  // namespace whittle::diag
