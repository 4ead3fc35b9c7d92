/// The web page as a browser sees it.
package ouverture.browser;
