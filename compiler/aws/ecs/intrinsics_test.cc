// SPDX-License-Identifier: Apache-2.0
// What intrinsic functions come to, by a table; `?` stands for what is not known.
#include "compiler/aws/ecs/intrinsics.h"

#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/roles.h"
#include "compiler/source/sha256.h"
#include "compiler/syntax/document.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace whittle::aws::ecs {
namespace {

std::string shown(const syntax::Tree& tree, syntax::NodeId id) {
  const syntax::Node& n = tree.at(id);
  std::string out;
  if (n.kind == syntax::Node::Kind::Sequence) {
    for (syntax::NodeId i : n.items) out += (out.empty() ? "" : ", ") + shown(tree, i);
    return "[" + out + "]";
  }
  if (n.kind == syntax::Node::Kind::Mapping) {
    for (const syntax::Entry& e : n.entries) out += (out.empty() ? "" : ", ") + e.key + ": " + shown(tree, e.value);
    return "{" + out + "}";
  }
  out = without_names(n.text);
  std::replace(out.begin(), out.end(), kUnknownPart, '?');
  return out;
}

TEST(Intrinsics, ComeToTheirValues) {
  const std::string kTemplate = R"(Parameters:
  Text: {Type: String, Default: abc}
  Number: {Type: Number, Default: 7}
  Open: {Type: String}
  List: {Type: CommaDelimitedList, Default: "a, b,c"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /name}
Mappings:
  Map: {us-east-1: {x: one}, abc: {x: two}}
Conditions:
  Yes: !Equals [!Ref Text, abc]
  No: !Not [!Condition Yes]
  Maybe: !Equals [!Ref Open, abc]
  And: !And [!Condition Yes, !Condition Maybe]
  AndNo: !And [!Condition No, !Condition Maybe]
  Or: !Or [!Condition Yes, !Condition Maybe]
  Long: {"Fn::Equals": [{Ref: Text}, "abc"]}
  Self: !Condition Self
Resources:
  Role: {Type: "AWS::IAM::Role", Properties: {RoleName: r}}
  Unnamed: {Type: "AWS::IAM::Role"}
  Logs: {Type: "AWS::Logs::LogGroup", Properties: {LogGroupName: !Sub "/x/${Text}"}}
  Secret: {Type: "AWS::SecretsManager::Secret", Properties: {Name: s}}
  Images: {Type: "AWS::ECR::Repository", Properties: {RepositoryName: i}}
  Bucket: {Type: "AWS::S3::Bucket"}
  Loop: {Type: "AWS::ECR::Repository", Properties: {RepositoryName: !Ref Loop}}
)";
  struct {
    const char *written, *value;
  } cases[] = {
      {"plain", "plain"},
      {"!Ref Text", "abc"},
      {"{Ref: Text}", "abc"},
      {"!Ref Number", "7"},
      {"!Ref Open", "?"},
      {"!Ref List", "[a, b, c]"},
      {"!Ref Stored", "?"},
      {"!Ref AWS::Region", "us-east-1"},
      {"!Ref AWS::AccountId", "123456789012"},
      {"!Ref AWS::Partition", "aws"},
      {"!Ref AWS::URLSuffix", "amazonaws.com"},
      {"!Ref AWS::StackName", "?"},
      {"!Ref Nothing", "?"},
      {"[a, !Ref AWS::NoValue, b]", "[a, b]"},
      {"{a: 1, b: !Ref AWS::NoValue}", "{a: 1}"},
      {"!Sub 'a-${Text}-${Open}-${!Literal}-$x'", "a-abc-?-${Literal}-$x"},
      {"!Sub ['${A}/${Text}', {A: !Ref Number}]", "7/abc"},
      {"{'Fn::Sub': 'x${AWS::Region}'}", "xus-east-1"},
      {"!Sub '${Role.Arn}'", "arn:aws:iam::123456789012:role/r"},
      {"!Sub '${unclosed'", "${unclosed"},
      {"!Join ['-', [a, !Ref Text, !Ref Open]]", "a-abc-?"},
      {"!Join [',', !Ref List]", "a,b,c"},
      {"!Join ['-', !Ref Open]", "?"},
      {"!Select [1, !Ref List]", "b"},
      {"!Select ['2', [x, y, !Ref Text]]", "abc"},
      {"!Select [9, !Ref List]", "?"},
      {"!Select [!Ref Open, !Ref List]", "?"},
      {"!Split ['/', 'a/b/']", "[a, b, ]"},
      {"!Split ['/', !Ref Open]", "?"},
      {"!Select [0, !Split ['b', !Ref Text]]", "a"},
      {"!FindInMap [Map, !Ref AWS::Region, x]", "one"},
      {"!FindInMap [Map, !Ref Text, x]", "two"},
      {"!FindInMap [Map, !Ref Open, x]", "?"},
      {"!If [Yes, a, b]", "a"},
      {"!If [No, a, b]", "b"},
      {"!If [Maybe, a, b]", "?"},
      {"!If [Maybe, a, a]", "a"},
      {"!If [Maybe, {k: v}, !Ref AWS::NoValue]", "{k: v}"},
      {"!If [And, a, b]", "?"},
      {"!If [AndNo, a, b]", "b"},
      {"!If [Or, a, b]", "a"},
      {"!If [Long, a, b]", "a"},
      {"!If [Self, a, b]", "?"},
      {"!If [Unheard, a, b]", "?"},
      {"{'Fn::If': [No, a, {'Fn::If': [Yes, c, d]}]}", "c"},
      {"!GetAtt Role.Arn", "arn:aws:iam::123456789012:role/r"},
      {"!GetAtt [Unnamed, Arn]", "arn:aws:iam::123456789012:role/?"},
      {"!GetAtt Logs.Arn", "arn:aws:logs:us-east-1:123456789012:log-group:/x/abc:*"},
      {"!GetAtt Images.RepositoryUri", "123456789012.dkr.ecr.us-east-1.amazonaws.com/i"},
      {"!GetAtt Bucket.Arn", "arn:aws:s3:::?"},
      {"!Ref Role", "r"},
      {"!Ref Logs", "/x/abc"},
      {"!Ref Secret", "arn:aws:secretsmanager:us-east-1:123456789012:secret:s-?"},
      {"!Ref Bucket", "?"},
      {"!Ref Loop", "?"},
      {"!ImportValue x", "?"},
      {"!Base64 abc", "YWJj"},
      {"!Base64 ab", "YWI="},
      {"!GetAZs ''", "?"},
      {"'{{resolve:ssm:/x}}'", "?"},
      {"'a{{resolve:secretsmanager:x:SecretString:y}}b'", "a?b"},
      {"!Unheard [x]", "?"},
      {"{a: {b: [!Ref Text]}}", "{a: {b: [abc]}}"},
  };
  for (auto& c : cases) {
    SCOPED_TRACE(c.written);
    source::Sources sources;
    diag::Diagnostics diags;
    syntax::Tree tree;
    source::FileId file = sources.add("t.yaml", kTemplate + "Test: " + c.written + "\n");
    syntax::NodeId root = syntax::read_document(file, syntax::DocumentForm::Yaml, sources, tree, diags);
    ASSERT_NE(root, syntax::kNoNode);
    syntax::NodeId test = tree.at(root).find("Test")->value;
    Intrinsics values(tree, root, {"", "us-east-1", "123456789012"}, diags);
    EXPECT_EQ(shown(tree, values.resolve(test)), c.value);
  }
}

TEST(Image, HasParts) {
  struct {
    const char *text, *registry, *repository, *tag, *digest;
  } cases[] = {
      {"nginx", "", "nginx", "", ""},
      {"nginx:1.27", "", "nginx", "1.27", ""},
      {"a/b:c", "", "a/b", "c", ""},
      {"localhost/b", "localhost", "b", "", ""},
      {"host:5000/b", "host:5000", "b", "", ""},
      {"host:5000/b/c:1@sha256:x", "host:5000", "b/c", "1", "sha256:x"},
      {"public.ecr.aws/x/y@sha256:z", "public.ecr.aws", "x/y", "", "sha256:z"},
      {"", "", "", "", ""},
  };
  for (auto& c : cases) {
    SCOPED_TRACE(c.text);
    ImageReference r = parse_image(c.text);
    EXPECT_EQ(r.registry, c.registry);
    EXPECT_EQ(r.repository, c.repository);
    EXPECT_EQ(r.tag, c.tag);
    EXPECT_EQ(r.digest, c.digest);
  }
}

TEST(Sha256, IsThatOfFips180) {
  EXPECT_EQ(source::sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(source::sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(source::sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(source::sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Arn, HasParts) {
  EXPECT_FALSE(parse_arn("role/x"));
  EXPECT_FALSE(parse_arn("arn:aws:iam:123456789012"));
  auto arn = parse_arn("arn:aws:secretsmanager:us-east-1:123456789012:secret:x:y::");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->resource, "secret:x:y::");
  EXPECT_EQ(arn_problem(*arn), "");
}

}  // namespace
}  // namespace whittle::aws::ecs
