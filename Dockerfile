# The image of all functions; template.yaml gives each its handler as the command.
# Any image with a JDK 25 and Maven builds it, any with glibc and libgcc runs it; no shell is needed.
ARG BUILD_IMAGE=docker.io/library/maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY . .
RUN mvn -B -ntp -q -pl handlers -am package -Dmaven.test.skip=true \
    && mkdir -p /var/task && cp -R handlers/target/image /var/task/lib

# A JDK from a distribution may link to files outside its folder, which jlink does not follow.
RUN javac="$(readlink -f "$(command -v javac)")" \
    && cp -RL "${javac%/bin/javac}" /build/jdk \
    && /build/jdk/bin/jlink --output /opt/java --strip-java-debug-attributes --no-header-files --no-man-pages \
        --add-modules java.sql,java.naming,java.management,java.net.http,java.security.jgss,jdk.management,jdk.net,jdk.unsupported \
    && java handlers/src/image/Certificates.java certificates /opt/java/lib/security/cacerts

# One AOT cache for all functions. It fits these flags, this class path in this order, and jars of this age; for
# anything else the JVM starts without it and, told so below, without a word.
RUN mkdir /build/training \
    && javac -Xlint:all,-path -Werror -cp '/var/task/lib/*' -d /build/training handlers/src/image/Training.java \
    && java -cp '/build/training:/var/task/lib/*' Training /build/events \
        /opt/java/bin/java -XX:+UseSerialGC -XX:MaxRAMPercentage=65 --enable-native-access=ALL-UNNAMED \
        -XX:AOTCacheOutput=/opt/java/lib/sluice.aot -cp /var/task/lib/sluice-handlers.jar \
        com.amazonaws.services.lambda.runtime.api.client.AWSLambda

FROM ${RUNTIME_IMAGE}
COPY --from=build /opt/java /opt/java
COPY --from=build /var/task /var/task
WORKDIR /var/task
# Lambda brings a user of its own; anywhere else this one will do.
USER 1234:1234
ENTRYPOINT ["/opt/java/bin/java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=65", "--enable-native-access=ALL-UNNAMED", \
    "-XX:AOTCache=/opt/java/lib/sluice.aot", "-Xlog:aot=off", "-Xlog:cds=off", \
    "-cp", "/var/task/lib/sluice-handlers.jar", "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"]
