# The image of all functions; template.yaml gives each its handler as the command.
# Any image with a JDK 25 and Maven builds it, any with glibc runs it; no shell is needed there.
ARG BUILD_IMAGE=docker.io/library/maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=gcr.io/distroless/base-debian12

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY . .
RUN mvn -B -ntp -q -pl handlers -am package -Dmaven.test.skip=true

# A JDK from a distribution may link to files outside its folder, which jlink does not follow.
RUN java="$(readlink -f "$(command -v javac)")" \
    && cp -rL "${java%/bin/javac}" /build/jdk \
    && /build/jdk/bin/jlink --output /build/java --strip-java-debug-attributes --no-header-files --no-man-pages \
        --generate-cds-archive --compress zip-0 \
        --add-modules java.sql,java.naming,java.management,java.net.http,java.security.jgss,jdk.management,jdk.net,jdk.unsupported

FROM ${RUNTIME_IMAGE}
COPY --from=build /build/java /opt/java
COPY --from=build /build/handlers/target/image /var/task/lib
WORKDIR /var/task
# Lambda brings a user of its own; anywhere else this one will do.
USER 1234:1234
ENTRYPOINT ["/opt/java/bin/java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=65", "--enable-native-access=ALL-UNNAMED", "-cp", "/var/task/lib/*", "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"]
