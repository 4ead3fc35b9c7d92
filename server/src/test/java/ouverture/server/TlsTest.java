package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.error.RequestException;

/// A server that speaks HTTPS.
class TlsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static SSLContext trusting;

    @BeforeAll
    static void start() throws Exception {
        KeyStore made = make("ec", "EC");
        make("rsa", "RSA");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("server", made.getCertificate("server"));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        trusting = SSLContext.getInstance("TLS");
        trusting.init(null, managers.getTrustManagers(), null);
        server = RunningServer.scripted(options -> RunningServer.impatient(options)
                .withTls(Optional.of(files("ec", "ec")))
                .withConnections(50));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// A certificate and its key, in a file each.
    private static KeyStore make(String name, String algorithm)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path file = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        pem(name + ".crt", "CERTIFICATE", store.getCertificate("server").getEncoded());
        pem(name + ".key", "PRIVATE KEY", store.getKey("server", PASSWORD).getEncoded());
        return store;
    }

    private static void pem(String file, String label, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    }

    private static TlsFiles files(String certificate, String key) {
        return new TlsFiles(folder.resolve(certificate + ".crt"), folder.resolve(key + ".key"));
    }

    private static String body(String message, boolean stream) {
        return "{\"model\": \"scripted\", \"messages\": [{\"role\": \"user\", \"content\": \"" + message
                + "\"}], \"stream\": " + stream + "}";
    }

    private static HttpResponse<String> ask(HttpClient client, String message) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + CHAT))
                        .timeout(Duration.ofSeconds(20))
                        .POST(HttpRequest.BodyPublishers.ofString(body(message, false)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void isUnharmed() throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trusting).build()) {
            HttpResponse<String> response = ask(client, "Good morning");
            assertThat(response.body()).contains("Good morning");
            assertThat(response.sslSession()).isPresent();
        }
    }

    @Test
    void requestsAreAnswered() throws Exception {
        isUnharmed();
    }

    @Test
    void clientsThatDoNotKnowTheCertificateGetNothing() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> ask(client, "x")).isInstanceOf(IOException.class);
        }
    }

    private static Socket open(String message) throws IOException {
        Socket socket = trusting.getSocketFactory().createSocket("127.0.0.1", server.port());
        String body = body(message, true);
        socket.getOutputStream()
                .write(("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void theAnswerEndsWhenItsClientGoes() throws IOException {
        int before = server.script.cancelled();
        try (Socket socket = open("forever")) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        RunningServer.await(() -> server.script.cancelled() > before);
    }

    @Test
    void theAnswerEndsWhenItsClientReadsNothing() throws Exception {
        int before = server.script.cancelled();
        try (Socket socket = open("forever")) {
            assertThat(socket.isConnected()).isTrue();
            RunningServer.await(() -> server.script.cancelled() > before);
        }
        isUnharmed();
    }

    @Test
    void clientsThatDoNotShakeHandsAreSentAway() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                sockets.add(new Socket("127.0.0.1", server.port()));
            }
            isUnharmed();
            Socket first = sockets.getFirst();
            first.setSoTimeout(10_000);
            assertThat(first.getInputStream().readAllBytes()).hasSizeLessThan(100);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void plainRequestsAreSentAway() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).doesNotContain("HTTP");
        }
        isUnharmed();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ec      | rsa    | does not belong to the certificate
            ec      | broken | does not belong to the certificate
            ec      | pkcs1  | openssl pkcs8 -topk8
            ec      | none   | key file
            none    | ec     | certificate file
            broken  | ec     | no sound certificates
            empty   | ec     | has no certificate
            """)
    void filesThatAreNoGoodAreNamed(String certificate, String key, String sentence) throws IOException {
        pem("broken.crt", "CERTIFICATE", new byte[] {1, 2, 3});
        pem("broken.key", "PRIVATE KEY", new byte[] {1, 2, 3});
        pem("pkcs1.key", "RSA PRIVATE KEY", new byte[] {1, 2, 3});
        Files.writeString(folder.resolve("empty.crt"), "");
        assertThatThrownBy(() -> files(certificate, key).context())
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(sentence)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void keysOfBothKindsAreTaken() {
        assertThat(files("ec", "ec").context().getProtocol()).isEqualTo("TLS");
        assertThat(files("rsa", "rsa").context().getProtocol()).isEqualTo("TLS");
    }
}
