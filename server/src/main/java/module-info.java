import org.jspecify.annotations.NullMarked;

/// One process that clients of other servers use unchanged: the engine behind HTTP.
@NullMarked
module ouverture.server {
    requires io.helidon.common.buffers;
    requires io.helidon.common.concurrency.limits;
    requires io.helidon.common.socket;
    requires io.helidon.common.task;
    requires io.helidon.common.tls;
    requires io.helidon.http;
    requires io.helidon.webserver;
    requires io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires io.opentelemetry.sdk;
    requires io.opentelemetry.sdk.autoconfigure;
    requires io.opentelemetry.sdk.autoconfigure.spi;
    requires io.opentelemetry.sdk.common;
    requires flyway.core;
    requires java.logging;
    requires java.sql;
    requires jdk.jfr;
    requires jdk.management;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires org.jdbi.v3.core;
    requires org.xerial.sqlitejdbc;
    requires ouverture.core;
    requires tools.jackson.databind;
    requires static org.jspecify;

    exports ouverture.server;
    exports ouverture.server.key;
}
