// SPDX-License-Identifier: Apache-2.0
#include "compiler/image/image.h"

#include "compiler/source/json.h"
#include "compiler/source/sha256.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace whittle::image {

using source::json_quote;
using source::sha256_hex;

namespace {

constexpr int kUser = 4317;
constexpr size_t kMostPath = 98;  // of a folder, in a header

// POSIX ustar (IEEE Std 1003.1, pax): 512-byte headers, content padded to 512.
class Tar {
public:
  void directory(const std::string& path, int owner = 0) { entry(path + "/", "", 0755, '5', owner); }
  void file(const std::string& path, const std::string& content, int mode) { entry(path, content, mode, '0', 0); }
  std::string finish() {
    out_.append(1024, '\0');
    return std::move(out_);
  }

private:
  void entry(const std::string& path, const std::string& content, int mode, char type, int owner) {
    char header[512] = {};
    snprintf(header, 100, "%s", path.c_str());
    snprintf(header + 100, 8, "%07o", mode);
    snprintf(header + 108, 8, "%07o", owner);  // root owns what uid 4317 may only read
    snprintf(header + 116, 8, "%07o", owner);
    snprintf(header + 124, 12, "%011zo", content.size());
    snprintf(header + 136, 12, "%011o", 0);  // 1970: the same input gives the same digest
    memset(header + 148, ' ', 8);
    header[156] = type;
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    unsigned sum = 0;
    for (char c : header) sum += static_cast<unsigned char>(c);
    snprintf(header + 148, 8, "%06o", sum);
    header[155] = ' ';
    out_.append(header, 512);
    out_ += content;
    out_.append((512 - content.size() % 512) % 512, '\0');
  }

  std::string out_;
};

// gzip without a time or a name (RFC 1952).
std::string gzip(const std::string& bytes) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, bytes.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string descriptor(const char* type, const std::string& content, const std::string& more = "") {
  return std::string("{\"mediaType\":\"") + type + "\",\"digest\":\"sha256:" + sha256_hex(content) +
         "\",\"size\":" + std::to_string(content.size()) + more + "}";
}

}  // namespace

Image build(const Spec& spec) {
  Tar layer;
  layer.file("collector", spec.executable, 0755);
  if (!spec.ca_roots.empty()) {
    layer.directory("etc");
    layer.directory("etc/ssl");
    layer.directory("etc/ssl/certs");
    layer.file("etc/ssl/certs/ca-certificates.crt", spec.ca_roots, 0644);
  }
  std::set<std::string> made = {"etc", "etc/ssl", "etc/ssl/certs"};
  if (spec.ca_roots.empty()) made.clear();
  std::string volumes;
  for (const std::string& folder : std::set<std::string>(spec.folders.begin(), spec.folders.end())) {
    std::string path = folder.substr(1);
    if (path.empty() || path.size() > kMostPath) continue;
    for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
      if (made.insert(path.substr(0, slash)).second) layer.directory(path.substr(0, slash));
    if (made.insert(path).second) layer.directory(path, kUser);
    volumes += (volumes.empty() ? "" : ",") + json_quote(folder) + ":{}";
  }
  std::string plain = layer.finish();
  std::string packed = gzip(plain);

  std::string architecture = spec.target == "aarch64" ? "arm64" : "amd64";
  std::string ports, labels;
  auto sorted = spec.ports;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (uint16_t port : sorted) ports += (ports.empty() ? "" : ",") + json_quote(std::to_string(port) + "/tcp") + ":{}";
  for (auto& [name, value] : spec.labels)
    labels += (labels.empty() ? "" : ",") + json_quote(name) + ":" + json_quote(value);
  std::string config = "{\"created\":\"1970-01-01T00:00:00Z\",\"architecture\":\"" + architecture +
                       "\",\"os\":\"linux\",\"config\":{\"User\":\"" + std::to_string(kUser) + "\",\"ExposedPorts\":{" +
                       ports + "}" + (volumes.empty() ? "" : ",\"Volumes\":{" + volumes + "}") +
                       ",\"Entrypoint\":[\"/collector\"],\"WorkingDir\":\"/\",\"StopSignal\":\"SIGTERM\"" +
                       ",\"Labels\":{" + labels +
                       "}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + sha256_hex(plain) +
                       "\"]},\"history\":[{\"created\":\"1970-01-01T00:00:00Z\",\"created_by\":\"whittle build\"}]}";
  std::string manifest =
      "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":" +
      descriptor("application/vnd.oci.image.config.v1+json", config) + ",\"layers\":[" +
      descriptor("application/vnd.oci.image.layer.v1.tar+gzip", packed) + "]}";
  std::string platform =
      ",\"platform\":{\"architecture\":\"" + architecture +
      "\",\"os\":\"linux\"},\"annotations\":{\"io.containerd.image.name\":" + json_quote(spec.name) +
      ",\"org.opencontainers.image.ref.name\":" + json_quote(spec.name.substr(spec.name.rfind(':') + 1)) + "}";
  std::string index = "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[" +
                      descriptor("application/vnd.oci.image.manifest.v1+json", manifest, platform) + "]}";
  std::string blobs = "blobs/sha256/";
  std::string docker = "[{\"Config\":" + json_quote(blobs + sha256_hex(config)) + ",\"RepoTags\":[" +
                       json_quote(spec.name) + "],\"Layers\":[" + json_quote(blobs + sha256_hex(packed)) + "]}]";

  Image image;
  image.manifest_digest = "sha256:" + sha256_hex(manifest);
  image.layer_bytes = plain.size();
  Tar out;
  out.directory("blobs");
  out.directory("blobs/sha256");
  std::map<std::string, const std::string*> by_digest;
  for (const std::string* blob : {&config, &manifest, &packed}) by_digest[sha256_hex(*blob)] = blob;
  for (auto& [digest, blob] : by_digest) out.file(blobs + digest, *blob, 0644);
  out.file("index.json", index, 0644);
  out.file("manifest.json", docker, 0644);
  out.file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}", 0644);
  image.tar = out.finish();
  return image;
}

}  // namespace whittle::image
