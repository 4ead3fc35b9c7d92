/// What the server tells about itself.
@org.jspecify.annotations.NullMarked
package ouverture.server.metric;
