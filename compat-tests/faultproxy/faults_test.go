// faults_test.go: each fault between real sockets, and its count.

package faultproxy

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const request = "GET /chat/?transport=websocket HTTP/1.1\r\nHost: a\r\n\r\n"

// planned starts a proxy before a listener.
func planned(t *testing.T, plan func(*Conn) Faults) (*Proxy, net.Listener) {
	t.Helper()
	l := listen(t)
	return start(t, Config{Target: l.Addr().String(), Plan: plan}), l
}

// through opens a connection with those faults.
func through(t *testing.T, f Faults) pair {
	t.Helper()
	p, l := planned(t, func(*Conn) Faults { return f })
	client := dial(t, p)
	return pair{p, client, accept(t, l)}
}

func accept(t *testing.T, l net.Listener) *net.TCPConn {
	t.Helper()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return limited(t, s)
}

// counts waits until the proxy has counted this.
func counts(t *testing.T, p *Proxy, want Counts) {
	t.Helper()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for end := time.Now().Add(20 * time.Second); p.Counts() != want; <-poll.C {
		if time.Now().After(end) {
			t.Fatalf("counts %+v, want %+v", p.Counts(), want)
		}
	}
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// silent fails when a byte or an end comes. What is swallowed cannot be waited for; the proxy has counted it.
func silent(t *testing.T, c *net.TCPConn) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %d bytes, %v; want silence", n, err)
	}
	limited(t, c)
}

func TestRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		faults Faults
		want   Counts
	}{
		"refused":        {Faults{Refuse: true}, Counts{Accepted: 1, Refused: 1}},
		"cut before all": {Faults{Up: Link{Cut: AfterByte(0)}}, Counts{Accepted: 1, Cut: 1}},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.faults, c.want) })
	}
}

// refused dials and expects a reset.
func refused(t *testing.T, f Faults, want Counts) {
	t.Helper()
	p, _ := planned(t, func(*Conn) Faults { return f })
	c, err := net.Dial("tcp", p.Addr()) // which sees the reset already, when it is fast
	if err == nil {
		_, err = limited(t, c).Read(make([]byte, 1))
		_ = c.Close()
	}
	if !isReset(err) {
		t.Errorf("the client got %v, want a reset", err)
	}
	counts(t, p, want)
}

func TestHang(t *testing.T) {
	p, _ := planned(t, func(*Conn) Faults { return Faults{Hang: true} })
	c := dial(t, p)
	write(t, c, request)
	silent(t, c)
	counts(t, p, Counts{Accepted: 1, Open: 1, Hung: 1})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	counts(t, p, Counts{Accepted: 1, Hung: 1})
}

func TestAnswer(t *testing.T) {
	const page = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
	p, _ := planned(t, func(*Conn) Faults { return Faults{Answer: page} })
	c := dial(t, p)
	write(t, c, request[:10])
	write(t, c, request[10:]+"and a body")
	if err := receive(c, []byte(page)); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	counts(t, p, Counts{Accepted: 1, Answered: 1})
}

func TestSwallowTakesBytesAndEnds(t *testing.T) {
	c := through(t, Faults{Down: Link{Swallow: AfterHead(3)}})
	const head = "HTTP/1.1 101 Switching Protocols\r\n\r\n"
	write(t, c.server, head+"yes and no")
	read(t, c.client, head+"yes")
	counts(t, c.proxy, Counts{Accepted: 1, Open: 1, Swallowed: 1})
	write(t, c.client, "still heard")
	read(t, c.server, "still heard")
	if err := c.server.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	silent(t, c.client)
	if err := c.client.Close(); err != nil { // now both have ended
		t.Fatal(err)
	}
	counts(t, c.proxy, Counts{Accepted: 1, Swallowed: 1})
}

func TestSwallowHidesAResetToo(t *testing.T) {
	c := through(t, Faults{Up: Link{Swallow: AfterByte(2)}})
	write(t, c.client, "hello")
	read(t, c.server, "he")
	reset(c.client)
	silent(t, c.server)
	// The server writes to somebody who is gone, and does not learn of it.
	write(t, c.server, "anybody there?")
	silent(t, c.server)
	if err := c.server.Close(); err != nil {
		t.Fatal(err)
	}
	counts(t, c.proxy, Counts{Accepted: 1, Swallowed: 1})
}

func TestCut(t *testing.T) {
	for name, c := range map[string]struct {
		link Link
		want string
		err  func(error) bool
	}{
		"reset":            {Link{Cut: AfterByte(4)}, "0123", isReset},
		"close":            {Link{Cut: AfterByte(4), FIN: true}, "0123", func(err error) bool { return err == io.EOF }},
		"reset, late":      {Link{Cut: AfterByte(4), Delay: 5 * time.Millisecond}, "0123", isReset},
		"close, buffered":  {Link{Cut: AfterByte(4), FIN: true, Buffer: true}, "0123", func(err error) bool { return err == io.EOF }},
		"close before all": {Link{Cut: AfterByte(0), FIN: true}, "", func(err error) bool { return err == io.EOF }},
	} {
		for _, way := range []string{"up", "down"} {
			t.Run(name+" "+way, func(t *testing.T) {
				f, want := Faults{Up: c.link}, Counts{Accepted: 1, Cut: 1}
				if way == "down" {
					f = Faults{Down: c.link}
				}
				if c.link.Delay > 0 {
					want.Delayed = 1
				}
				if c.link.Buffer {
					want.Buffered = 1
				}
				p := through(t, f)
				from, to := p.client, p.server
				if way == "down" {
					from, to = to, from
				}
				write(t, from, "0123456789")
				got := make([]byte, 20)
				n, err := io.ReadAtLeast(to, got, len(c.want)+1)
				// A reset may overtake bytes that wait to be read.
				if !strings.HasPrefix(c.want, string(got[:n])) || c.link.FIN && n != len(c.want) {
					t.Errorf("read %q, want %q", got[:n], c.want)
				}
				if err == io.ErrUnexpectedEOF {
					err = io.EOF
				}
				if !c.err(err) {
					t.Errorf("the receiver got %v", err)
				}
				if _, err := from.Read(got); !c.err(err) {
					t.Errorf("the sender got %v", err)
				}
				_, _ = p.client.Close(), p.server.Close()
				counts(t, p.proxy, want)
			})
		}
	}
}

func TestBufferHoldsUntilTheEnd(t *testing.T) {
	c := through(t, Faults{Down: Link{Buffer: true}})
	for _, s := range []string{"one ", "two ", "three"} {
		write(t, c.server, s)
	}
	counts(t, c.proxy, Counts{Accepted: 1, Open: 1, Buffered: 1})
	silent(t, c.client)
	write(t, c.client, "the other way is free")
	read(t, c.server, "the other way is free")
	if err := c.server.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := receive(c.client, []byte("one two three")); err != nil {
		t.Error(err)
	}
}

func TestPlanKnowsNumberAndRequest(t *testing.T) {
	lines := make(chan string, 2)
	p, l := planned(t, func(c *Conn) Faults {
		if c.Number == 2 {
			lines <- c.RequestLine()
			return Faults{Up: Link{Cut: AfterHead(4), FIN: true}}
		}
		return Faults{}
	})
	first := dial(t, p)
	write(t, first, "no HTTP") // the plan does not ask
	read(t, accept(t, l), "no HTTP")
	second := dial(t, p)
	write(t, second, request+"body and more")
	if err := receive(accept(t, l), []byte(request+"body")); err != nil {
		t.Error(err)
	}
	if line := <-lines; line != "GET /chat/?transport=websocket HTTP/1.1" {
		t.Errorf("the plan saw %q", line)
	}
}

func TestPlanThatWaitsEndsWithItsConnection(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, p *Proxy, c *net.TCPConn){
		"closed by the client": func(t *testing.T, _ *Proxy, c *net.TCPConn) {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		},
		"cut": func(t *testing.T, p *Proxy, _ *net.TCPConn) {
			if n := p.CutAll(); n != 1 {
				t.Errorf("cut %d connections", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			asked, line := make(chan struct{}), make(chan string)
			p, _ := planned(t, func(c *Conn) Faults {
				close(asked)
				line <- c.RequestLine()
				return Faults{Hang: true}
			})
			c := dial(t, p)
			<-asked
			end(t, p, c)
			if s := <-line; s != "" {
				t.Errorf("the plan saw %q", s)
			}
		})
	}
}

func TestRoundTripIsSettable(t *testing.T) {
	c := through(t, Faults{})
	echo := func() time.Duration {
		began := time.Now()
		write(t, c.client, "ping")
		read(t, c.server, "ping")
		write(t, c.server, "pong")
		read(t, c.client, "pong")
		return time.Since(began)
	}
	c.proxy.SetRoundTrip(60 * time.Millisecond)
	if d := echo(); d < 60*time.Millisecond {
		t.Errorf("the round trip took %v, want at least 60ms", d)
	}
	// Shortened, it neither loses nor reorders what is under way.
	write(t, c.client, "before ")
	c.proxy.SetRoundTrip(0)
	write(t, c.client, "after")
	read(t, c.server, "before after")
	counts(t, c.proxy, Counts{Accepted: 1, Open: 1, Delayed: 2})
}

func TestCutEvery(t *testing.T) {
	p, l := planned(t, func(*Conn) Faults { return Faults{} })
	stop := p.CutEvery(5 * time.Millisecond)
	for range 3 {
		c := dial(t, p)
		if _, err := c.Read(make([]byte, 1)); !isReset(err) {
			t.Errorf("the client read %v, want a reset", err)
		}
	}
	stop()
	before := p.Counts().CutAll
	if before < 3 {
		t.Errorf("cut %d connections, want 3", before)
	}
	// Those that were dialed and cut before wait in the backlog.
	var accepted atomic.Int32
	for c := dial(t, p); ; accepted.Add(1) {
		s := accept(t, l)
		write(t, c, "x")
		if n, _ := s.Read(make([]byte, 1)); n == 1 {
			write(t, s, "y")
			read(t, c, "y")
			break
		}
	}
	if p.CutAll() != 1 {
		t.Error("one connection is open")
	}
	counts(t, p, Counts{Accepted: 4, CutAll: before + 1})
}
