/// The HTTP server on Helidon SE's web server, whose limits on time and connections are our own.
@org.jspecify.annotations.NullMarked
package ouverture.server.helidon;
