// proxy_test.go: the proxy between real sockets.

package faultproxy

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain fails when the tests leave a goroutine behind.
func TestMain(m *testing.M) {
	code := m.Run()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > 1 && time.Now().Before(end); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > 1 && code == 0 {
		fmt.Fprintf(os.Stderr, "%d goroutines left:\n", n-1)
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
		code = 1
	}
	os.Exit(code)
}

// pair is both ends of one connection through a proxy.
type pair struct {
	proxy          *Proxy
	client, server *net.TCPConn
}

// connect starts a proxy and opens one connection through it.
func connect(t *testing.T, up, down time.Duration) pair {
	t.Helper()
	l := listen(t)
	p := start(t, Config{Target: l.Addr().String(), Up: Link{Delay: up}, Down: Link{Delay: down}})
	client := dial(t, p)
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return pair{p, client, limited(t, s)}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func start(t *testing.T, c Config) *Proxy {
	t.Helper()
	p, err := Listen(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

func dial(t *testing.T, p *Proxy) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return limited(t, c)
}

// limited makes a test that hangs fail.
func limited(t *testing.T, c net.Conn) *net.TCPConn {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

func write(t *testing.T, c net.Conn, s string) {
	t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, c net.Conn, want string) {
	t.Helper()
	b := make([]byte, len(want))
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatal(err)
	}
	if string(b) != want {
		t.Fatalf("read %q, want %q", b, want)
	}
}

func TestBytesTakeTheDelayOfTheirDirection(t *testing.T) {
	const up, down = 30 * time.Millisecond, 50 * time.Millisecond
	c := connect(t, up, down)
	began := time.Now()
	write(t, c.client, "ping")
	read(t, c.server, "ping")
	if d := time.Since(began); d < up {
		t.Errorf("up took %v, want at least %v", d, up)
	}
	began = time.Now()
	write(t, c.server, "pong")
	read(t, c.client, "pong")
	if d := time.Since(began); d < down {
		t.Errorf("down took %v, want at least %v", d, down)
	}
}

func TestAllBytesArriveBothWays(t *testing.T) {
	c := connect(t, 5*time.Millisecond, 5*time.Millisecond)
	up, down := make([]byte, 4<<20), make([]byte, 4<<20)
	rand.Read(up)
	rand.Read(down)
	errs := make(chan error, 4)
	// The test's, all four; each ends with its direction, whose result the test waits for.
	go func() { errs <- send(c.client, up) }()
	go func() { errs <- send(c.server, down) }()
	go func() { errs <- receive(c.server, up) }()
	go func() { errs <- receive(c.client, down) }()
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func send(c *net.TCPConn, b []byte) error {
	_, err := c.Write(b)
	return errors.Join(err, c.CloseWrite())
}

func receive(c io.Reader, want []byte) error {
	got, err := io.ReadAll(c)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("%d bytes came, other than the %d sent", len(got), len(want))
	}
	return err
}

func TestHalfCloseLeavesTheOtherDirectionOpen(t *testing.T) {
	c := connect(t, 5*time.Millisecond, 5*time.Millisecond)
	if err := send(c.client, []byte("question")); err != nil {
		t.Fatal(err)
	}
	if err := receive(c.server, []byte("question")); err != nil {
		t.Fatal(err)
	}
	if err := send(c.server, []byte("answer")); err != nil {
		t.Fatal(err)
	}
	if err := receive(c.client, []byte("answer")); err != nil {
		t.Fatal(err)
	}
}

func TestResetIsPassedOnBehindTheBytes(t *testing.T) {
	for _, from := range []string{"client", "server"} {
		t.Run(from, func(t *testing.T) {
			c := connect(t, 5*time.Millisecond, 5*time.Millisecond)
			a, b := c.client, c.server
			if from == "server" {
				a, b = b, a
			}
			write(t, a, "last words")
			read(t, b, "last words") // a reset takes along what its own system has not sent yet
			reset(a)
			if _, err := b.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the other end read %v, want a reset", err)
			}
		})
	}
}

func TestClosedClientEndsTheServersWrites(t *testing.T) {
	c := connect(t, time.Millisecond, time.Millisecond)
	if err := c.client.Close(); err != nil {
		t.Fatal(err)
	}
	if err := receive(c.server, nil); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := c.server.Write(make([]byte, 1<<10)); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the server never learned that nobody reads")
			}
			return
		}
	}
}

func TestUnreachableTargetResetsTheClient(t *testing.T) {
	l := listen(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	p := start(t, Config{Target: l.Addr().String(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	c, err := net.Dial("tcp", p.Addr()) // which sees the reset already, when it is fast
	if err == nil {
		_, err = limited(t, c).Read(make([]byte, 1))
		_ = c.Close()
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client got %v, want a reset", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if n := p.Counts(); n != (Counts{Accepted: 1, Failed: 1}) {
		t.Errorf("counts %+v", n)
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines logged, want one:\n%s", n, log.String())
	}
}

func TestCloseResetsBothEndsAndLeavesNothing(t *testing.T) {
	c := connect(t, time.Hour, 0)
	write(t, c.server, "welcome")
	read(t, c.client, "welcome")
	write(t, c.client, "never arrives")
	counts(t, c.proxy, Counts{Accepted: 1, Open: 1, Delayed: 1})
	for range 2 {
		if err := c.proxy.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	for name, end := range map[string]net.Conn{"client": c.client, "server": c.server} {
		if _, err := end.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the %s read %v, want a reset", name, err)
		}
	}
	if n := c.proxy.Counts(); n != (Counts{Accepted: 1, Delayed: 1}) {
		t.Errorf("counts after the end %+v", n)
	}
	if _, err := net.Dial("tcp", c.proxy.Addr()); err == nil {
		t.Error("a closed proxy still accepts")
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{
		"no target":      {},
		"no port":        {Target: "localhost"},
		"negative delay": {Target: "127.0.0.1:1", Down: Link{Delay: -1}},
		"bad address":    {Target: "127.0.0.1:1", Listen: "nowhere"},
	} {
		if p, err := Listen(c); err == nil {
			_ = p.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAbandonLeavesTheServerInTheDark(t *testing.T) {
	c := connect(t, 0, 0)
	write(t, c.server, "welcome")
	read(t, c.client, "welcome")
	if n := c.proxy.Abandon(); n != 1 {
		t.Errorf("%d connections, want one", n)
	}
	if _, err := c.client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client read %v, want a reset", err)
	}
	write(t, c.server, "hello?")
	if err := c.server.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.server.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the server read %v, want silence", err)
	}
	if err := c.server.Close(); err != nil {
		t.Error(err)
	}
	counts(t, c.proxy, Counts{Accepted: 1, Swallowed: 2})
}

func TestSilenceLeavesBothInTheDark(t *testing.T) {
	c := connect(t, 0, 0)
	write(t, c.server, "welcome")
	read(t, c.client, "welcome")
	if n := c.proxy.Silence(); n != 1 {
		t.Errorf("%d connections, want one", n)
	}
	write(t, c.client, "hello?")
	write(t, c.server, "hello?")
	if err := c.client.CloseWrite(); err != nil {
		t.Error(err)
	}
	for _, end := range []*net.TCPConn{c.client, c.server} {
		if err := end.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := end.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read %v, want silence", err)
		}
	}
	if err := c.server.Close(); err != nil {
		t.Error(err)
	}
	counts(t, c.proxy, Counts{Accepted: 1, Swallowed: 2})
}
