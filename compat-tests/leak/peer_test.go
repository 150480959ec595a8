//go:build linux

package leak

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// A peer is the light client of a cycle: one TCP connection of its own, and no goroutine.
type peer struct {
	addr string
	sid  string // of its session, once it is open
	tcp  *net.TCPConn
	in   *bufio.Reader
	ws   *websocket.Conn
}

func dial(addr string) (*peer, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &peer{addr: addr, tcp: c.(*net.TCPConn), in: bufio.NewReader(c)}
	return p, c.SetDeadline(time.Now().Add(20 * time.Second))
}

func (p *peer) url(transport string) string {
	url := "/socket.io/?EIO=4&transport=" + transport
	if p.sid != "" {
		url += "&sid=" + p.sid
	}
	return url
}

// write sends a request of long-polling without waiting for the answer; the body may be shorter than announced.
func (p *peer) write(method, body string, length int, header string) error {
	_, err := fmt.Fprintf(p.tcp, "%s %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s",
		method, p.url("polling"), p.addr, header, length, body)
	return err
}

// request sends a request of long-polling and returns the body of the answer.
func (p *peer) request(method, body, header string) (string, error) {
	if err := p.write(method, body, len(body), header); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(p.in, nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s %s", method, p.url("polling"), resp.Status, text)
	}
	return string(text), err
}

// opened takes the sid from an OPEN packet.
func (p *peer) opened(packet string) error {
	var open struct {
		SID string `json:"sid"`
	}
	rest, ok := strings.CutPrefix(packet, "0")
	if !ok {
		return fmt.Errorf("%q is no OPEN packet", packet)
	}
	err := json.Unmarshal([]byte(rest), &open)
	p.sid = open.SID
	return err
}

func (p *peer) openPolling() error {
	packet, err := p.request("GET", "", "")
	if err != nil {
		return err
	}
	return p.opened(packet)
}

// joinPolling enters the main namespace; the answer is left for a poll.
func (p *peer) joinPolling() error {
	_, err := p.request("POST", "40", "")
	return err
}

func (p *peer) pollJoined() error {
	packet, err := p.request("GET", "", "")
	return expect(packet, "40{", err)
}

func expect(packet, prefix string, err error) error {
	packet = strings.TrimPrefix(packet, "2\x1e") // a ping, if the machine took a second for a cycle
	if err == nil && !strings.HasPrefix(packet, prefix) {
		err = fmt.Errorf("got %q, not %q", packet, prefix)
	}
	return err
}

// handshakeWS upgrades the peer's connection: to a session of its own, or to a trial of the session it has.
func (p *peer) handshakeWS() error {
	d := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return p.tcp, nil }}
	ws, resp, err := d.Dial("ws://"+p.addr+p.url("websocket"), nil)
	if err != nil {
		return fmt.Errorf("%w: %v", err, resp)
	}
	p.ws = ws
	return ws.SetReadDeadline(time.Now().Add(20 * time.Second))
}

func (p *peer) openWS() error {
	if err := p.handshakeWS(); err != nil {
		return err
	}
	packet, err := p.readWS()
	if err != nil {
		return err
	}
	return p.opened(packet)
}

func (p *peer) readWS() (string, error) {
	_, packet, err := p.ws.ReadMessage()
	return string(packet), err
}

func (p *peer) sendWS(packet string) error {
	return p.ws.WriteMessage(websocket.TextMessage, []byte(packet))
}

func (p *peer) joinWS() error {
	if err := p.sendWS("40"); err != nil {
		return err
	}
	packet, err := p.readWS()
	return expect(packet, "40{", err)
}

func (p *peer) close() { _ = p.tcp.Close() }

// reset ends the connection as a crash does: the server is told by a TCP reset.
func (p *peer) reset() {
	_ = p.tcp.SetLinger(0)
	_ = p.tcp.Close()
}
