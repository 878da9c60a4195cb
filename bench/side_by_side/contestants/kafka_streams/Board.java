import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes hashes into Redis: the few lines of its protocol that are needed, so that no client library weighs on the measurement. */
final class Board implements AutoCloseable {
    private static final int PIECE = 5_000;
    private final Socket socket;
    private final OutputStream to;
    private final InputStream from;

    Board(int port, String user, String password) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        to = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        from = new BufferedInputStream(socket.getInputStream());
        send(List.of("AUTH", user, password));
    }

    void set(String key, String value) throws IOException {
        send(List.of("SET", key, value));
    }

    /** Sets fields of a hash to these numbers. */
    void write(String key, Map<String, Long> numbers) throws IOException {
        List<String> command = new ArrayList<>();
        for (Map.Entry<String, Long> each : numbers.entrySet()) {
            if (command.isEmpty()) command.addAll(List.of("HSET", key));
            command.add(each.getKey());
            command.add(each.getValue().toString());
            if (command.size() >= 2 * PIECE) {
                send(command);
                command.clear();
            }
        }
        if (!command.isEmpty()) send(command);
    }

    private void send(List<String> command) throws IOException {
        to.write(("*" + command.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (String word : command) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            to.write(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            to.write(bytes);
            to.write('\r');
            to.write('\n');
        }
        to.flush();
        StringBuilder answer = new StringBuilder();
        for (int octet = from.read(); octet != '\n'; octet = from.read()) {
            if (octet < 0) throw new IOException("Redis hung up");
            answer.append((char) octet);
        }
        if (answer.charAt(0) == '-') throw new IOException("Redis refused " + command.get(0) + ": " + answer);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
