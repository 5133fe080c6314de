// SPDX-License-Identifier: Apache-2.0
// The software bill of materials of one collector: of what is in its executable, not of what could have been.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whittle::sbom {

// A library, as a line of the sources.txt beside the built archives says it.
struct Library {
  std::string name, version;
  std::string revision;  // of Debian's package; "pristine": upstream's archive alone; "installed": from this machine
  std::string source;    // the archive, or the package that was installed; "-": not known
  std::string sha256;    // of the archive; "-": none
  std::string licence;   // SPDX
};

// The libraries of sources.txt's text that `archives` (file names, "libcurl.a") came from, in the file's order. Headers
// that are compiled into every collector (libc++) and the compiler's support routines count as taken.
std::vector<Library> libraries_of(std::string_view sources, const std::vector<std::string>& archives);

struct Document {
  std::string version;      // whittle's
  std::string config_hash;  // hex
  std::string target;       // "x86_64"
  std::string executable;   // its bytes, for the hash
  std::vector<Library> libraries;
};

// CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/) and SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/), in JSON.
// Everything follows from the document: the identifiers from the executable's hash, and SPDX's time of creation is
// 1970, which it wants to have.
std::string cyclonedx(const Document& document);
std::string spdx(const Document& document);

}  // namespace whittle::sbom
