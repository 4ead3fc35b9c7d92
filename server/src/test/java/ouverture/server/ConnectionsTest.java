package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Many connections at once.
class ConnectionsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String HI =
            "{\"model\": \"scripted\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}";
    private static final int MANY = 10_000;
    private static final int SPARE = 500;

    /// Ten thousand, or as many as the system lets one process have beside the server's own ends of them: a
    /// thousand at least.
    private static int many() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long free = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - SPARE;
            int most = ServerOptions.DEFAULT.connections();
            return Math.clamp(Math.max(free - most, free / 2), 1000, MANY);
        }
        return MANY;
    }

    private static void fill(List<Socket> sockets, RunningServer server, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            sockets.add(new Socket("127.0.0.1", server.port()));
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void tenThousandConnectionsHarmNobody() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try (RunningServer server = RunningServer.scripted(UnaryOperator.identity())) {
            try {
                fill(sockets, server, many());
                assertThat(server.post(CHAT, HI).statusCode()).isEqualTo(200);
            } finally {
                close(sockets);
            }
            RunningServer.await(() -> server.get("/metrics").body().contains("\nouverture_connections 1.0"));
        }
    }

    @Test
    void idleConnectionsMakeRoom() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try (RunningServer small = RunningServer.scripted(options -> options.withConnections(50))) {
            fill(sockets, small, 500);
            assertThat(small.post(CHAT, HI).statusCode()).isEqualTo(200);
            int open = 0;
            for (Socket socket : sockets.subList(0, 400)) {
                socket.setSoTimeout(1);
                open += isOpen(socket) ? 1 : 0;
            }
            assertThat(open).isLessThanOrEqualTo(50);
        } finally {
            close(sockets);
        }
    }

    private static boolean isOpen(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            return in.read() >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
