// scenes_test.go: the scenes.

package golden

import (
	"context"
	"testing"
	"time"

	"github.com/everwire/everwire"
)

func nobody(context.Context, *everwire.Handshake) (*everwire.Identity, error) {
	return nil, &everwire.Error{Code: "E42", Message: "not authorized", Data: map[string]bool{"retry": false}}
}

const (
	polling   = "?EIO=4&transport=polling"
	websocket = "?EIO=4&transport=websocket"
)

func TestPolling(t *testing.T) {
	play(t, "polling", everwire.Config{}, func(s *scene) {
		session := polling + "&sid=" + s.sid(s.do("GET", polling, ""))
		for _, body := range []string{
			"40", `420["echo",{"a":[1,null,"é"]}]`, `42["ask"]`, `42["binary"]`, "451-1[\"echo\",{\"_placeholder\":true,\"num\":0}]\x1ebAQID",
			"40/admin,", "40/nowhere,", "42[\"unknown\"]\x1e422[\"unknown\"]\x1e42[\"echo\"]\x1e42[\"bye\"]",
		} {
			s.do("POST", session, body)
			s.do("GET", session, "")
		}
		s.do("POST", session, "1")
		s.do("GET", session, "")
	})
}

func TestWebSocket(t *testing.T) {
	play(t, "websocket", everwire.Config{}, func(s *scene) {
		k := s.socket(websocket)
		s.sid(k.read(1))
		k.send(1, "40")
		k.read(1)
		k.send(1, `420["echo",{"a":[1,null,"é"]}]`)
		k.read(1)
		k.send(1, `42["binary"]`)
		k.read(3)
		k.send(1, `451-1["echo",{"_placeholder":true,"num":0}]`)
		k.send(2, "\x01\x02\x03")
		k.read(2)
		k.send(1, "40/admin,")
		k.read(1)
		k.send(9, "ping")
		k.read(1)
		k.send(1, `42["goodbye"]`)
		k.read(2)
		k.send(8, "")
		k.end()
	})
}

func TestUpgrade(t *testing.T) {
	play(t, "upgrade", everwire.Config{}, func(s *scene) {
		sid := s.sid(s.do("GET", polling, ""))
		session := polling + "&sid=" + sid
		s.do("POST", session, "40")
		s.do("GET", session, "")
		k := s.socket(websocket + "&sid=" + sid)
		k.send(1, "2probe")
		k.read(1)
		s.do("GET", session, "")
		k.send(1, "5")
		k.send(1, `421["echo","over"]`)
		k.read(1)
		s.do("GET", session, "")
		k.send(8, "\x03\xe8")
		k.end()
		s.do("GET", session, "")
	})
}

func TestHeartbeat(t *testing.T) {
	play(t, "heartbeat", everwire.Config{PingInterval: 50 * time.Millisecond, PingTimeout: 5 * time.Second}, func(s *scene) {
		k := s.socket(websocket)
		s.sid(k.read(1))
		for range 3 {
			k.read(1)
			k.send(1, "3")
		}
		session := polling + "&sid=" + s.sid(s.do("GET", polling, ""))
		for range 2 {
			s.do("GET", session, "")
			s.do("POST", session, "3")
		}
	})
}

func TestRefusals(t *testing.T) {
	play(t, "refusals", everwire.Config{}, func(s *scene) {
		for _, query := range []string{
			"?EIO=4&transport=nonsense", "?EIO=4", "?EIO=3&transport=polling", "?transport=polling", polling + "&sid=nope", websocket,
		} {
			s.do("GET", query, "")
		}
		s.do("POST", polling, "4x")
		s.do("PUT", polling, "")
		s.do("GET", polling, "", "Origin: http://evil.example")
		s.socket(websocket + "&sid=nope")
		s.socket("?EIO=3&transport=websocket")
		session := polling + "&sid=" + s.sid(s.do("GET", polling, ""))
		s.do("POST", session, "7")
		s.do("GET", session, "")
		session = polling + "&sid=" + s.sid(s.do("GET", polling, ""))
		s.do("POST", session, "4x", "Content-Type: application/octet-stream")
		s.do("POST", session, "4x")
		// Parameters of the extension mean nothing without it.
		session = polling + "&at=x&ack=&n=-1&p=1&p=2&rid=&sid=" + s.sid(s.do("GET", polling+"&at=x&ack=&n=-1&p=1&p=2&rid=", ""))
		s.do("POST", session, "40")
		s.do("GET", session, "")
	})
}
