# SPDX-License-Identifier: Apache-2.0
# whittle's checks as an image: for action.yml, for pre-commit, for any CI that runs containers.
#
#   docker build -t whittle . && docker run --rm -v "$PWD:/src" -w /src whittle check collector.yaml
FROM debian:bookworm AS build
COPY . /whittle
RUN /whittle/x checks

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 && rm -rf /var/lib/apt/lists/*
COPY --from=build /whittle/build-checks/bin/whittle /usr/local/bin/whittle
COPY --from=build /whittle/ci/check-action /usr/local/bin/check-action
ENTRYPOINT ["whittle"]
