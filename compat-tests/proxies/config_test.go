// config_test.go: the configurations under test: bare ones, and those of docs/proxies.md.

package proxies

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// The configurations that somebody has who knows nothing of WebSockets.
var bare = map[string]string{
	"nginx": `
server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:3000;
    }
}`,
	"haproxy": `
defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s

frontend web
    bind :80
    default_backend app

backend app
    server a 127.0.0.1:3000`,
	"caddy": `
app.example {
	reverse_proxy 127.0.0.1:3000
}`,
}

// around is what stands around a configuration: for nginx as in Debian's nginx.conf, but for what needs root.
var around = map[string]string{
	"nginx": `
error_log stderr;
pid nginx.pid;
events { worker_connections 768; }
http {
    sendfile on;
    tcp_nopush on;
    gzip on;
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
%s
}
`,
	"haproxy": "global\n    maxconn 1000\n%s\n",
	"caddy":   "{\n\tadmin off\n\tauto_https disable_redirects\n\tgrace_period 100ms\n}\n%s\n",
}

var fenced = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// documented returns the code block of docs/proxies.md that is in the language and begins with the line.
func documented(t *testing.T, language, line string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/proxies.md")
	require.NoError(t, err)
	var found []string
	for _, block := range fenced.FindAllStringSubmatch(string(text), -1) {
		if block[1] == language && strings.HasPrefix(block[2], line+"\n") {
			found = append(found, block[2])
		}
	}
	require.Len(t, found, 1, "blocks of %s in docs/proxies.md that begin with %q", language, line)
	return found[0]
}

// recommended is the documented configuration for one server.
func recommended(t *testing.T, proxy string) string {
	t.Helper()
	return documented(t, proxy, "# "+proxy+": one server")
}

var backends = map[string]*regexp.Regexp{
	"nginx":   regexp.MustCompile(`(?ms)^upstream .*?^}\n`),
	"haproxy": regexp.MustCompile(`(?ms)^backend .*\z`),
	"caddy":   regexp.MustCompile(`(?ms)^app\.example .*\z`),
}

// recommendedForSeveral is the documented configuration with its servers replaced by the documented several ones.
func recommendedForSeveral(t *testing.T, proxy string) string {
	t.Helper()
	one, several := recommended(t, proxy), documented(t, proxy, "# "+proxy+": several servers")
	require.Len(t, backends[proxy].FindAllString(one, -1), 1)
	return backends[proxy].ReplaceAllLiteralString(one, several)
}

// replace replaces what must be in the text once, so that no test runs something else than it says.
func replace(t *testing.T, text, old, with string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, old), "%q in\n%s", old, text)
	return strings.Replace(text, old, with, 1)
}

// place puts real addresses and files in place of the documented ones.
func place(t *testing.T, p *proxy, config string, servers ...string) string {
	t.Helper()
	p.cert, p.secureAddr = nil, "" // of the configuration before
	switch {
	case strings.Contains(config, "10.0.0.1:3000"):
		require.Len(t, servers, 2)
		config = replace(t, config, "10.0.0.1:3000", servers[0])
		config = replace(t, config, "10.0.0.2:3000", servers[1])
	default:
		require.Len(t, servers, 1)
		config = replace(t, config, "127.0.0.1:3000", servers[0])
	}
	if p.kind == "caddy" { // it gets certificates by itself, which it cannot here
		p.cert, p.secureAddr = newCertificate(t), freeAddr(t)
		plain := replace(t, config, "app.example {", "http://"+anyHost(p.addr)+" {")
		secure := replace(t, config, "app.example {", fmt.Sprintf("https://%s {\n\ttls %s %s", anyHost(p.secureAddr), p.cert.Cert, p.cert.Key))
		return fmt.Sprintf(around[p.kind], plain+"\n"+secure)
	}
	listen := map[string]string{"nginx": "listen ", "haproxy": "bind :"}[p.kind]
	address := map[string]string{"nginx": "listen ", "haproxy": "bind "}[p.kind]
	config = replace(t, config, listen+"80", address+p.addr)
	if strings.Contains(config, listen+"443") {
		p.cert = newCertificate(t)
		p.secureAddr = freeAddr(t)
		config = replace(t, config, listen+"443", address+p.secureAddr)
		if p.kind == "nginx" {
			config = replace(t, config, "/etc/ssl/app.example.pem", p.cert.Cert)
			config = replace(t, config, "/etc/ssl/app.example.key", p.cert.Key)
		} else {
			config = replace(t, config, "/etc/haproxy/app.example.pem", p.cert.Both)
		}
	}
	return fmt.Sprintf(around[p.kind], config)
}

// anyHost is the address without its host: Caddy compares that with what is asked for.
func anyHost(addr string) string { return addr[strings.LastIndex(addr, ":"):] }

// lastPort is the port that was given out last. They lie below those that the system gives to connections and listeners
// that ask for any: between the choice of a port and its use by a proxy nobody takes it by chance.
var lastPort atomic.Uint32

func init() { lastPort.Store(20000 + uint32(os.Getpid()*16)%8000) } // where no other test process begins

// freeAddr is an address that nobody listens at, and that is given out once.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", lastPort.Add(1))
		if l, err := net.Listen("tcp", addr); err == nil {
			require.NoError(t, l.Close())
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}
