// SPDX-License-Identifier: Apache-2.0
// Sources: the Dockerfile and cmd/healthcheck of aws-otel-collector, the Dockerfiles of
// opentelemetry-collector-releases. All are made from scratch, so there is no shell.
#include "compiler/aws/ecs/collector_image.h"

#include <algorithm>

namespace whittle::aws::ecs {

using schema::Distribution;

namespace {

struct StockImage {
  Distribution distribution;
  std::string_view entry_point, asks;
};
constexpr StockImage kStock[] = {
    {Distribution::Adot, "/awscollector", "/healthcheck"},
    {Distribution::Contrib, "/otelcol-contrib", ""},
    {Distribution::Core, "/otelcol", ""},
};

const StockImage* stock_image(const ImageReference& image) {
  const std::string last = image.last();
  for (const StockImage& s : kStock) {
    if (parse_image(schema::image_of(s.distribution)).last() == last) return &s;
  }
  return nullptr;
}

// Where they are published.
bool is_published(const ImageReference& image) {
  std::string where = image.registry + "/" + image.repository;
  where.resize(where.rfind('/'));
  for (std::string_view place : {"public.ecr.aws/aws-observability", "/amazon", "docker.io/amazon", "/otel",
                                 "docker.io/otel", "ghcr.io/open-telemetry/opentelemetry-collector-releases"}) {
    if (where == place) return true;
  }
  return false;
}

// "0.1.0-0123456789ab", as whittle names its images.
bool is_own_tag(std::string_view tag) {
  size_t dash = tag.rfind('-');
  if (dash == std::string_view::npos || tag.size() != dash + 13 || std::count(tag.begin(), tag.end(), '.') != 2)
    return false;
  return tag.find_first_not_of("0123456789abcdef", dash + 1) == std::string_view::npos &&
         tag.substr(0, dash).find_first_not_of("0123456789.") == std::string_view::npos;
}

// Only the compiled collector is started or asked like this.
bool shows_compiled(const Container& x) {
  if (!x.entry_point.items.empty() && x.entry_point.items[0].text == "/collector") return true;
  if (std::any_of(x.command.items.begin(), x.command.items.end(),
                  [](const Text& t) { return t.text.starts_with("--on-drift"); }))
    return true;
  if (!x.health) return false;
  const std::vector<Text>& words = x.health->command.items;
  return std::any_of(words.begin(), words.end(), [](const Text& t) { return t.text == "/collector"; });
}

}  // namespace

ImageReference parse_image(std::string_view text) {
  ImageReference r;
  if (size_t at = text.find('@'); at != std::string_view::npos) {
    r.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  size_t slash = text.rfind('/'), colon = text.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    r.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  // The first part is a registry when it looks like a host.
  size_t first = text.find('/');
  std::string_view head = text.substr(0, first);
  if (first != std::string_view::npos && (head.find_first_of(".:") != std::string_view::npos || head == "localhost")) {
    r.registry = head;
    text = text.substr(first + 1);
  }
  r.repository = text;
  return r;
}

std::string_view asks(Distribution d) {
  for (const StockImage& s : kStock) {
    if (s.distribution == d) return s.asks;
  }
  return {};
}

bool is_stock_collector(const ImageReference& image) {
  return stock_image(image) != nullptr;
}

std::string_view CollectorImage::shown() const {
  return compiled() ? "the compiled collector" : stock() ? "the stock collector" : "the collector";
}

CollectorImage collector_image(const Container& x, bool compiled) {
  ImageReference image = parse_image(x.image.text);
  CollectorImage out;
  if (const StockImage* s = stock_image(image)) {
    out.runs = CollectorImage::Runs::Stock;
    out.distribution = s->distribution;
    out.contrib = schema::contrib_of(s->distribution, image.tag);
    out.entry_point = s->entry_point;
    out.asks = s->asks;
    out.published = is_published(image);
  } else if (compiled || is_own_tag(image.tag) || shows_compiled(x)) {
    out.runs = CollectorImage::Runs::Compiled;
    out.entry_point = out.asks = "/collector";
  }
  return out;
}

const BundledConfig* bundled_config(std::string_view path) {
  for (const BundledConfig& b : bundled_configs()) {
    if (b.path == path) return &b;
  }
  return nullptr;
}

}  // namespace whittle::aws::ecs
