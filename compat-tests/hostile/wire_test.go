// wire_test.go: HTTP over connections of our own: requests legal or not.

package hostile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// patience is how long this server is waited for, and controlPatience the official one, which some rows make wait for
// ever.
const (
	patience        = 20 * time.Second
	controlPatience = 3 * time.Second
)

// A wire is a TCP connection to the server.
type wire struct {
	tcp    *net.TCPConn
	in     *bufio.Reader
	events *bufio.Reader // the rest of a stream of events
}

func dialWire(addr string) (*wire, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	w := &wire{tcp: c.(*net.TCPConn), in: bufio.NewReaderSize(c, 16<<10)}
	return w, w.lasts(patience)
}

// lasts sets when reading and writing are given up.
func (w *wire) lasts(d time.Duration) error { return w.tcp.SetDeadline(time.Now().Add(d)) }

// reset ends the connection as a crash does.
func (w *wire) reset() {
	_ = w.tcp.SetLinger(0)
	_ = w.tcp.Close()
}

// An answer is what a request came to. An error has status 0.
type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// code is the code of a refusal; -1 if there is none.
func (a answer) code() int {
	refusal := struct{ Code int }{-1}
	if json.Unmarshal([]byte(a.body), &refusal) != nil {
		return -1
	}
	return refusal.Code
}

func (a answer) String() string {
	const longest = 60
	switch {
	case isTimeout(a.err):
		return "no answer"
	case a.err != nil:
		return a.err.Error()
	}
	return fmt.Sprintf("%d %q", a.status, a.body[:min(len(a.body), longest)])
}

// header joins lines of a header, each without its end.
func header(lines ...string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// send writes a request. Host and Content-Length are added where they are not given.
func (w *wire) send(method, target, head, body string) error {
	if !strings.Contains(head, "Host:") {
		head = "Host: " + w.tcp.RemoteAddr().String() + "\r\n" + head
	}
	if method == http.MethodPost && !strings.Contains(head, "Content-Length:") && !strings.Contains(head, "Transfer-Encoding:") {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	_, err := io.WriteString(w.tcp, method+" "+target+" HTTP/1.1\r\n"+head+"\r\n"+body)
	return err
}

// answer reads the answer to a request with that method; of a stream its head and its first event.
func (w *wire) answer(method string) answer {
	resp, err := http.ReadResponse(w.in, &http.Request{Method: method})
	if err != nil {
		return answer{err: err}
	}
	if isStream(resp.Header) {
		return w.stream(resp)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return answer{status: resp.StatusCode, header: resp.Header}
	}
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body), err}
}

func (w *wire) request(method, target, head, body string) answer {
	if err := w.send(method, target, head, body); err != nil {
		// The answer may be there nevertheless: a server that refuses need not read all.
		if a := w.answer(method); a.err == nil {
			return a
		}
		return answer{err: err}
	}
	return w.answer(method)
}
