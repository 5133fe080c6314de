// SPDX-License-Identifier: Apache-2.0
// A scratch image with one layer, as a tar file that `docker load`, `podman load` and OCI tools take: the OCI image
// layout (opencontainers/image-spec, image-layout.md) with Docker's manifest.json beside it. Everything in it follows
// from its content: no times, no names of this machine, entries in a fixed order.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace whittle::image {

struct Spec {
  std::string target;                // "x86_64", "aarch64"
  std::string executable;            // becomes /collector
  std::string ca_roots;              // becomes /etc/ssl/certs/ca-certificates.crt; empty: no such file
  std::vector<std::string> folders;  // "/data": that the collector may write to; volumes
  std::vector<uint16_t> ports;
  std::map<std::string, std::string> labels;
  std::string name;  // "whittle/collector:latest"
};

struct Image {
  std::string tar;
  std::string manifest_digest;  // "sha256:..."
  uint64_t layer_bytes = 0;     // uncompressed
};

Image build(const Spec& spec);

}  // namespace whittle::image
