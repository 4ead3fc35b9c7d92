/// The server as the libraries see it that people use.
package ouverture.clients;
