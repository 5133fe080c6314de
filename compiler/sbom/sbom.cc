// SPDX-License-Identifier: Apache-2.0
#include "compiler/sbom/sbom.h"

#include "compiler/source/json.h"
#include "runtime/aws/sha256.h"

#include <algorithm>
#include <sstream>

namespace whittle::sbom {

namespace {

using source::json_quote;

struct Made {
  std::string_view archive, library;
};
constexpr Made kMade[] = {
#include "made.inc"
};

// What every executable holds that is in no archive of its own.
constexpr std::string_view kAlways[] = {"libc++", "compiler-rt", "libgcc"};

std::string hex_sha256(std::string_view bytes) {
  const Digest digest = sha256({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  std::string out;
  for (uint8_t b : digest) {
    out += "0123456789abcdef"[b >> 4];
    out += "0123456789abcdef"[b & 15];
  }
  return out;
}

// A UUID of version 8 (RFC 9562, section 5.8) from the first half of a hash.
std::string uuid_of(std::string hash) {
  hash[12] = '8';
  hash[16] = "89ab"[(hash[16] >= 'a' ? hash[16] - 'a' + 10 : hash[16] - '0') & 3];
  return hash.substr(0, 8) + "-" + hash.substr(8, 4) + "-" + hash.substr(12, 4) + "-" + hash.substr(16, 4) + "-" +
         hash.substr(20, 12);
}

std::string percent(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (isalnum(static_cast<unsigned char>(c)) || std::string_view("-._~").find(c) != std::string_view::npos) out += c;
    else out += '%', out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4], out += "0123456789ABCDEF"[c & 15];
  }
  return out;
}

// The package URL (https://github.com/package-url/purl-spec): Debian's where it is Debian's, with its patches.
std::string purl(const Library& l) {
  const std::string package = l.source.substr(0, l.source.find('_'));
  if (l.revision == "installed" && l.source != "-")
    return "pkg:deb/debian/" + percent(l.source) + "@" + percent(l.version);
  if (l.revision == "pristine" || l.revision == "installed" || l.revision == "given")
    return "pkg:generic/" + percent(l.name) + "@" + percent(l.version) +
           (l.sha256.size() == 64 ? "?checksum=sha256:" + l.sha256 : "");
  return "pkg:deb/debian/" + percent(package) + "@" + percent(l.revision) + "?arch=source";
}

// With Debian's revision where its patches are in it.
std::string version_of(const Library& l) {
  return l.revision == "pristine" || l.revision == "installed" || l.revision == "given" ? l.version : l.revision;
}

std::string spdx_id(std::string_view name) {
  std::string out = "SPDXRef-";
  for (char c : name) out += isalnum(static_cast<unsigned char>(c)) ? c : '-';
  return out;
}

}  // namespace

std::vector<Library> libraries_of(std::string_view sources, const std::vector<std::string>& archives) {
  auto taken = [&](const std::string& name) {
    if (std::find(std::begin(kAlways), std::end(kAlways), name) != std::end(kAlways)) return true;
    return std::any_of(std::begin(kMade), std::end(kMade), [&](const Made& m) {
      return m.library == name && std::find(archives.begin(), archives.end(), m.archive) != archives.end();
    });
  };
  std::vector<Library> out;
  std::istringstream in{std::string(sources)};
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    Library l;
    words >> l.name >> l.version >> l.revision >> l.source >> l.sha256;
    std::getline(words >> std::ws, l.licence);
    if (taken(l.name)) out.push_back(l);
  }
  return out;
}

std::string cyclonedx(const Document& d) {
  const std::string hash = hex_sha256(d.executable);
  std::string out = "{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",\n  \"serialNumber\": \"urn:uuid:" +
                    uuid_of(hash) + "\",\n  \"version\": 1,\n  \"metadata\": {\n    \"tools\": {\"components\": [" +
                    "{\"type\": \"application\", \"name\": \"whittle\", \"version\": " + json_quote(d.version) +
                    "}]},\n    \"component\": {\"type\": \"application\", \"bom-ref\": \"collector\", \"name\": "
                    "\"collector\", \"version\": " +
                    json_quote(d.version + "+" + d.config_hash.substr(0, 12)) +
                    ", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"" + hash +
                    "\"}], \"licenses\": [{\"expression\": \"Apache-2.0\"}], \"properties\": [{\"name\": "
                    "\"whittle:config\", \"value\": " +
                    json_quote(d.config_hash) + "}, {\"name\": \"whittle:target\", \"value\": " + json_quote(d.target) +
                    "}]}\n  },\n  \"components\": [";
  std::string refs;
  for (size_t i = 0; i < d.libraries.size(); ++i) {
    const Library& l = d.libraries[i];
    out += std::string(i ? "," : "") + "\n    {\"type\": \"library\", \"bom-ref\": " + json_quote(l.name) +
           ", \"name\": " + json_quote(l.name) + ", \"version\": " + json_quote(version_of(l)) +
           ", \"purl\": " + json_quote(purl(l)) + ", \"licenses\": [{\"expression\": " + json_quote(l.licence) + "}]";
    if (l.sha256.size() == 64)
      out += ", \"externalReferences\": [{\"type\": \"source-distribution\", \"url\": " + json_quote(l.source) +
             ", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"" + l.sha256 + "\"}]}]";
    out += "}";
    refs += (i ? ", " : "") + json_quote(l.name);
  }
  out += "\n  ],\n  \"dependencies\": [{\"ref\": \"collector\", \"dependsOn\": [" + refs + "]}]\n}\n";
  return out;
}

std::string spdx(const Document& d) {
  const std::string hash = hex_sha256(d.executable);
  std::string out =
      "{\n  \"spdxVersion\": \"SPDX-2.3\",\n  \"dataLicense\": \"CC0-1.0\",\n  \"SPDXID\": \"SPDXRef-DOCUMENT\",\n"
      "  \"name\": \"collector\",\n  \"documentNamespace\": \"urn:uuid:" +
      uuid_of(hash) + "\",\n  \"creationInfo\": {\"created\": \"1970-01-01T00:00:00Z\", \"creators\": [" +
      json_quote("Tool: whittle-" + d.version) +
      "]},\n  \"packages\": [\n    {\"SPDXID\": \"SPDXRef-collector\", \"name\": \"collector\", \"versionInfo\": " +
      json_quote(d.version + "+" + d.config_hash.substr(0, 12)) +
      ", \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"licenseConcluded\": \"NOASSERTION\", "
      "\"licenseDeclared\": \"Apache-2.0\", \"copyrightText\": \"NOASSERTION\", \"checksums\": [{\"algorithm\": "
      "\"SHA256\", \"checksumValue\": \"" +
      hash + "\"}]}";
  std::string relations =
      "\n    {\"spdxElementId\": \"SPDXRef-DOCUMENT\", \"relationshipType\": \"DESCRIBES\", \"relatedSpdxElement\": "
      "\"SPDXRef-collector\"}";
  for (const Library& l : d.libraries) {
    out += ",\n    {\"SPDXID\": " + json_quote(spdx_id(l.name)) + ", \"name\": " + json_quote(l.name) +
           ", \"versionInfo\": " + json_quote(version_of(l)) +
           ", \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"licenseConcluded\": \"NOASSERTION\", "
           "\"licenseDeclared\": " +
           json_quote(l.licence) + ", \"copyrightText\": \"NOASSERTION\"";
    if (l.sha256.size() == 64)
      out += ", \"packageFileName\": " + json_quote(l.source) +
             ", \"checksums\": [{\"algorithm\": \"SHA256\", \"checksumValue\": \"" + l.sha256 + "\"}]";
    out += ", \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\", "
           "\"referenceLocator\": " +
           json_quote(purl(l)) + "}]}";
    relations += ",\n    {\"spdxElementId\": \"SPDXRef-collector\", \"relationshipType\": \"STATIC_LINK\", "
                 "\"relatedSpdxElement\": " +
                 json_quote(spdx_id(l.name)) + "}";
  }
  return out + "\n  ],\n  \"relationships\": [" + relations + "\n  ]\n}\n";
}

}  // namespace whittle::sbom
