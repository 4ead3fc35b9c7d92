/// Who may ask for what: API keys, of which only hashes are kept.
@org.jspecify.annotations.NullMarked
package ouverture.server.key;
