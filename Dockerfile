# syntax=docker/dockerfile:1
# docker build -t calibrant .
# docker run --rm -u "$(id -u):$(id -g)" -v "$PWD:/work" calibrant evaluate model.onnx --images test/

FROM swift:6.3-bookworm AS build
WORKDIR /calibrant
COPY setup ./
RUN ./setup --no-peers
COPY . .
RUN scripts/build-static /out/bin/calibrant && packaging/licenses /out/share/doc/calibrant

# The program needs the C library alone.
FROM debian:bookworm-slim
COPY --from=build /out /usr/local
WORKDIR /work
ENTRYPOINT ["calibrant"]
CMD ["--help"]
