// SPDX-License-Identifier: Apache-2.0
// whittle's own language: three kinds of top-level item. Declarations say what a component or a shared group of settings
// is (the standard library is written in them), pipelines say what a collector does, tests say what must come out of it.
//
// Setting names may be any word, keywords included (`include`, `test`, `metrics`), so the rule `word` lists the keywords.
// Items are separated by nothing but their own shape; a comma or semicolon between members is allowed and means nothing.
grammar Whittle;

file : item* EOF ;

item : structDecl | componentDecl | serviceDecl | letDecl | pipelineDecl | testDecl ;

// ---- declarations

structDecl : DOC* 'struct' word '{' member* '}' ;

componentDecl : DOC* kind=('receiver' | 'processor' | 'exporter' | 'extension' | 'connector') word signature? '{' member* '}' ;

// A receiver has only outputs, an exporter only inputs; a processor hands on what it takes; a connector turns one into another.
signature : '(' words ')' ('->' words)? | '->' words ;

serviceDecl : DOC* 'service' '{' member* '}' ;

words : word (',' word)* ;

// Members of structs and components. Those that state facts (`listens`, `links`, `needs roots`, `holds`) speak of the settings beside
// them, and come along with the struct wherever it is used.
//
//   listens "grpc" at endpoint over tls         an address, what is spoken there, and the setting that puts TLS under it
//   listens "udp/xray" at endpoint              the same, over UDP
//   listens "x" at host and port else "localhost:8888"   the address in two settings, and what counts where one is not written
//   listens ... paths a, b, c                   the URL paths of traces, metrics and logs there
//   links tls_server else tls_client_only       a part of the runtime that only collectors with such a section hold, and the archive
//                                               that stands for it in others
//   needs roots when endpoint == ""             it calls somebody with TLS: the image holds the CA roots
//   stateless                                   a processor that becomes part of a record program and has no instance at run time
//   passes names                                a processor that hands metrics on under the names that they came with
//   ships in adot, contrib, core                the distributions of the Collector that have it
//   needs host "..."                            what keeps it from working in a task on Fargate
//   same signal                                 a connector that hands each signal on as itself
//   holds, delays                               memory that it takes at most, and how long telemetry waits in it
//   attempts                                    the setting that says how long sending one request may take
//   drains                                      the queue of requests that it sends before it stops
//   caps                                        the setting that says how many MiB the collector may take
member
  : 'include' word overrides?                                       # includeMember
  | DOC* word ':' type defaultValue? modifier* separator?           # settingMember
  | 'alias' word deprecation? separator?                            # aliasMember
  | 'requires' expression ours='ours'? STRING separator?                         # requiresMember
  | 'iam' '{' (iamStatement | neverStatement)* '}'                  # iamMember
  | 'needs' 'env' word STRING? separator?                           # needsMember
  | 'emits' word ('<' word '>')? STRING ('unit' STRING)? ('when' STRING)? ('not' STRING)? separator?  # emitsMember
  | 'listens' STRING (',' STRING)* 'at' address=settingPath ('and' port=settingPath)? ('else' STRING)? ('over' tls=settingPath)?
    ('paths' settingPaths)? ('when' expression)? separator?         # listensMember
  | 'links' word ('else' word)? ('when' expression)? separator?     # linksMember
  | 'needs' 'roots' ('when' expression)? separator?                 # rootsMember
  | 'passes' 'names' separator?                                     # passesMember
  | 'stateless' separator?                                          # statelessMember
  | 'holds' (settingPath 'times')? NUMBER ('else' NUMBER)? 'for' STRING ('when' expression)? separator?  # holdsMember
  | 'delays' settingPath separator?                                  # delaysMember
  | 'attempts' settingPath separator?                               # attemptsMember
  | 'drains' settingPath separator?                                 # drainsMember
  | 'caps' settingPath separator?                                   # capsMember
  | 'checked' 'only' separator?                                     # checkedMember
  | 'ships' 'in' words separator?                                    # shipsMember
  | 'needs' 'host' STRING ('when' expression)? separator?            # hostMember
  | 'same' 'signal' separator?                                       # sameSignalMember
  | 'stability' word separator?                                     # stabilityMember
  ;

separator : ',' | ';' ;

deprecation : 'deprecated' STRING ;

// New defaults for settings that come with an included or nested struct: `{ endpoint = "localhost:4317" }`.
overrides : '{' (override separator?)* '}' ;
override : word '=' literal | word overrides ;

type : base optional='?'? ;

base
  : 'list' '<' type '>'                                             # listType
  | 'map' '<' type '>'                                              # mapType
  | 'enum' '{' enumValue (',' enumValue)* ','? '}'                  # enumType
  | 'struct' '{' member* '}'                                        # structType
  | word                                                            # namedType
  ;

enumValue : DOC* (word | STRING | NUMBER) ;

defaultValue : '=' literal ;

// `in [...]` of a map speaks of its keys.
// `names metrics`: its texts are names of metrics, or patterns of them. `socket when`: the address is then the path of a socket.
// `for metrics`: it counts only where the component carries that signal. `conditions on span errors error_mode`: its texts are conditions in
// that context of the transformation language, compiled together, and what becomes of those that fail is said by that setting beside it;
// without one a failure fails what asks.
modifier
  : 'in' range severity? STRING?                                    # inModifier
  | 'where' op=('<' | '<=' | '>' | '>=' | '==' | '!=') literal severity? STRING?  # whereModifier
  | 'with' overrides                                                # withModifier
  | 'refused' STRING                                                # refusedModifier
  | 'inert' STRING                                                  # inertModifier
  | 'deprecated' STRING                                             # deprecatedModifier
  | 'switched'                                                      # switchedModifier
  | 'named'                                                         # namedModifier
  | 'present'                                                       # presentModifier
  | 'pairs'                                                         # pairsModifier
  | 'anycase'                                                       # anycaseModifier
  | 'whole'                                                         # wholeModifier
  | 'loose'                                                         # looseModifier
  | 'numbered' NUMBER                                               # numberedModifier
  | 'rest'                                                          # restModifier
  | 'flat' word                                                     # flatModifier
  | 'socket' 'when' expression                                      # socketModifier
  | 'names' 'metrics' ('patterns' 'when' expression)?               # namesModifier
  | 'for' words                                                     # forModifier
  | 'conditions' 'on' word ('errors' word)?                         # conditionsModifier
  ;

// `ours`: a limit of the collectors that whittle compiles; others have it not, and are not warned of it.
severity : 'warn' 'ours'? | 'ours' ;

range : '[' literal (',' literal)* ','? ']' | NUMBER '..' NUMBER? ;

literal
  : ('true' | 'false')                                              # boolLiteral
  | '-'? NUMBER                                                     # numberLiteral
  | '-'? DURATION                                                   # durationLiteral
  | STRING                                                          # stringLiteral
  | '[' (literal (',' literal)* ','?)? ']'                          # listLiteral
  | '{' (entry (separator entry)* separator?)? '}'                  # mapLiteral
  | 'null'                                                          # nullLiteral
  | ENV                                                             # envLiteral
  | word                                                            # wordLiteral
  ;

entry : (word | STRING) '=' literal ;

expression
  : 'not' expression                                                # notExpression
  | expression 'and' expression                                     # andExpression
  | expression 'or' expression                                      # orExpression
  | '(' expression ')'                                              # groupExpression
  | 'set' settingPath                                               # setExpression
  | operand op=('<' | '<=' | '>' | '>=' | '==' | '!=') operand      # compareExpression
  ;

operand : literal | word ('.' word)+ | 'size' '(' settingPath ')' ;

settingPath : word ('.' word)* ;
settingPaths : settingPath (',' settingPath)* ;

// `logs:PutRetentionPolicy on log_group(log_group_name else "/metrics/{namespace}") when log_retention > 0 for "log retention"`
// What stands behind `else` counts for an empty setting; `{name}` in it is another setting, `*` is text that only the running
// collector knows.
iamStatement : awsService ':' word 'on' resource ('when' expression)? ('for' STRING)? separator? ;
awsService : word ('-' word)* ;

// `never cloudwatch:PutMetricData "metrics go as log events"`: an action that people allow for this component and that it does not
// call. A `*` at the end stands for all actions that begin so.
neverStatement : 'never' word ':' word '*'? STRING separator? ;

resource : word ('(' (argument (',' argument)*)? ')')? | '*' ;
argument : settingPath ('else' STRING)? ;

// ---- pipelines

letDecl : DOC* 'let' word '=' instance ;

pipelineDecl : DOC* 'pipeline' word ('/' word)? '{' stage ('->' stage)* '}' ;

stage : instance | '[' instance (',' instance)* ','? ']' ;

instance : word settings? ;

settings : '{' (settingValue separator?)* '}' ;
settingValue : word '=' literal | word settings | word '=' list ;
list : '[' (settings (',' settings)* ','?)? ']' ;

// ---- tests

testDecl : DOC* 'test' STRING '{' testStep* '}' ;

testStep
  : 'send' word TEXT                                                # sendStep
  | 'wait' DURATION                                                 # waitStep
  | 'expect' word ('nothing' | TEXT)                                # expectStep
  ;

word
  : WORD | 'struct' | 'receiver' | 'processor' | 'exporter' | 'extension' | 'connector' | 'service' | 'include' | 'alias'
  | 'requires' | 'iam' | 'needs' | 'env' | 'emits' | 'unit' | 'when' | 'stability' | 'list' | 'map' | 'enum' | 'in'
  | 'where' | 'with' | 'refused' | 'inert' | 'deprecated' | 'switched' | 'named' | 'present' | 'pairs' | 'anycase' | 'whole' | 'loose' | 'numbered' | 'rest' | 'flat' | 'warn' | 'not'
  | 'and' | 'or' | 'set' | 'size' | 'on' | 'let' | 'pipeline' | 'test' | 'send' | 'wait' | 'expect' | 'nothing'
  | 'else' | 'for' | 'listens' | 'at' | 'checked' | 'only' | 'holds' | 'times' | 'delays' | 'attempts' | 'drains' | 'caps' | 'over' | 'paths' | 'links' | 'roots'
  | 'passes' | 'names' | 'metrics' | 'socket' | 'patterns' | 'never' | 'stateless' | 'ships' | 'host' | 'same' | 'signal' | 'ours'
  | 'conditions' | 'errors'
  ;

// ---- tokens

DOC : '///' ~[\r\n]* ;
COMMENT : '//' ~[\r\n]* -> skip ;
DURATION : ([0-9]+ ('.' [0-9]+)? ('ns' | 'us' | 'ms' | 's' | 'm' | 'h'))+ ;
NUMBER : [0-9]+ ('.' [0-9]+)? ([eE] [+-]? [0-9]+)? ;
ENV : '${' ~[}\r\n]* '}' ;
TEXT : '"""' .*? '"""' ;
STRING : '"' (~["\\\r\n] | '\\' .)* '"' ;
WORD : [A-Za-z_] [A-Za-z0-9_]* ;
SPACE : [ \t\r\n]+ -> skip ;
