# SPDX-License-Identifier: Apache-2.0
# whittle as an image, on any machine that runs containers: its checks alone (for pre-commit, for any CI), or the whole.
#
#   docker build -t whittle . && docker run --rm -v "$PWD:/src" -w /src whittle check collector.yaml
#   docker build --target compiler -t whittle . && docker run --rm -v "$PWD:/src" -w /src whittle build collector.yaml
FROM debian:bookworm AS compiler
COPY . /whittle
RUN /whittle/x build
ENTRYPOINT ["/whittle/build/bin/whittle"]

FROM debian:bookworm AS build
COPY . /whittle
RUN /whittle/x checks

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 && rm -rf /var/lib/apt/lists/*
COPY --from=build /whittle/build-checks/bin/whittle /usr/local/bin/whittle
ENTRYPOINT ["whittle"]
