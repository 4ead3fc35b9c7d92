package ouverture.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import ouverture.error.RequestException;

/// The certificate of a server and its private key, as PEM files.
///
/// @param certificate the server's own first, then those that vouch for it
/// @param key in PKCS#8, not encrypted
public record TlsFiles(Path certificate, Path key) {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = {};

    /// Reads both files.
    ///
    /// @throws RequestException if one cannot be read, or they do not belong together
    SSLContext context() {
        List<Certificate> chain = List.copyOf(chain());
        if (chain.isEmpty()) {
            throw new RequestException("The certificate file " + certificate + " has no certificate; give one in PEM.");
        }
        PrivateKey own = privateKey(chain.getFirst());
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("server", own, NO_PASSWORD, chain.toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new RequestException(
                    "The certificate " + certificate + " cannot be used: " + e.getMessage() + ".", e);
        }
    }

    private Collection<? extends Certificate> chain() {
        try (InputStream in = Files.newInputStream(certificate)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (GeneralSecurityException e) {
            throw new RequestException(
                    "The certificate file " + certificate + " has no sound certificates; give them in PEM.", e);
        } catch (IOException e) {
            throw unreadable("certificate", certificate, e);
        }
    }

    private static RequestException unreadable(String what, Path file, IOException e) {
        return new RequestException(
                "The " + what + " file " + file + " cannot be read; check its path and permissions.", e);
    }

    private PrivateKey privateKey(Certificate first) {
        String text;
        try {
            text = Files.readString(key);
        } catch (IOException e) {
            throw unreadable("key", key, e);
        }
        Matcher block = KEY.matcher(text);
        if (!block.find()) {
            throw new RequestException(
                    "The key file " + key + " has no unencrypted key in PKCS#8; `openssl pkcs8 -topk8" + " -nodes -in "
                            + key + "` makes one of others.");
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(block.group(1));
            String algorithm = first.getPublicKey().getAlgorithm();
            PrivateKey own = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            if (!belong(own, first)) {
                throw new GeneralSecurityException("what it signs the certificate does not confirm");
            }
            return own;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new RequestException(
                    "The key in " + key + " does not belong to the certificate in " + certificate + ".", e);
        }
    }

    /// Whether what the key signs the certificate confirms.
    private static boolean belong(PrivateKey own, Certificate first) throws GeneralSecurityException {
        String algorithm = switch (first.getPublicKey().getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            case String other -> other;
        };
        byte[] text = {1, 2, 3};
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(own);
        signer.update(text);
        byte[] signed = signer.sign();
        signer.initVerify(first);
        signer.update(text);
        return signer.verify(signed);
    }
}
