package ouverture.text.jinja;

/// Text that the filters `safe` and `escape` give: a string that escapes what is added to it.
record Markup(String text) {
    static Markup escape(String plain) {
        return new Markup(plain.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;"));
    }
}
