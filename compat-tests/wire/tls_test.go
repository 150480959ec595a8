// tls_test.go: servers that ask clients for a certificate.

package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func overTLS() []row {
	return inBoth(
		row{name: "a client with a certificate", on: options{TLS: certificates()}, check: certified},
		row{name: "a client without a certificate", on: options{TLS: certificates()}, check: uncertified},
	)
}

// keys are a certificate for server and clients alike, and its key, as PEM.
type keys struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

// certificates makes a certificate that is its own authority, once.
var certificates = sync.OnceValue(func() *keys {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "row"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	block := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return &keys{block("CERTIFICATE", cert), block("PRIVATE KEY", secret)}
})

// config is for either side; nil stands for no TLS.
func (k *keys) config() *tls.Config {
	pair, err := tls.X509KeyPair([]byte(k.Cert), []byte(k.Key))
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(k.Cert))
	return &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
}

func (k *keys) client() *tls.Config {
	if k == nil {
		return nil
	}
	return k.config()
}

func (k *keys) wrap(l net.Listener) net.Listener {
	if k == nil {
		return l
	}
	return tls.NewListener(l, k.config())
}

func certified(s *server) {
	p := s.join()
	s.alive(p)
	if poll, ok := p.(*peer.Poll); ok {
		s.alive(poll.Upgrade())
	}
}

// uncertified: the connection fails, at the handshake or, since the server tells later in TLS 1.3, at the first answer.
func uncertified(s *server) {
	c := s.on.TLS.config()
	c.Certificates = nil
	conn, err := tls.Dial("tcp", s.Addr, c)
	if err == nil {
		defer conn.Close()
		require.NoError(s.T, conn.SetDeadline(time.Now().Add(peer.Patience)))
		_, err = conn.Write([]byte("GET " + s.Path + "?EIO=4&transport=" + s.over + " HTTP/1.1\r\nHost: x\r\n\r\n"))
		require.NoError(s.T, err)
		_, err = conn.Read(make([]byte, 1))
	}
	require.ErrorContains(s.T, err, "certificate required")
}
