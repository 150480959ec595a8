// example_test.go: servers as one writes them, and what their clients see.

package everwire_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/memory"
)

// The events of the examples: constants that server and Go clients share.
const (
	Chat = everwire.Event[Message]("chat")
	Join = everwire.RPC[JoinRequest, JoinAnswer]("join")
	Time = everwire.RPC[string, string]("time")
)

// A Message is the payload of Chat.
type Message struct {
	Room string `json:"room"`
	Text string `json:"text"`
}

// A JoinRequest is what a client asks with Join.
type JoinRequest struct {
	Room string `json:"room"`
}

// A JoinAnswer is what it is answered.
type JoinAnswer struct {
	Members int `json:"members"`
}

// user is the name of whom a socket belongs to.
var user = everwire.NewKey[string]("user")

// A chat: clients join rooms with a call, and what they say goes to the others in
// the room.
func Example() {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		panic(err)
	}
	everwire.Handle(srv, Join, func(c *everwire.Ctx, in JoinRequest) (JoinAnswer, error) {
		err := c.Socket().Join(in.Room)
		return JoinAnswer{Members: 2}, err
	})
	everwire.On(srv, Chat, func(c *everwire.Ctx, m Message) error {
		if !c.Socket().In(m.Room) {
			return &everwire.Error{Code: "not_member", Message: "join the room first"}
		}
		return Chat.Emit(c.Socket().To(m.Room), m) // without the sender
	})
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	web := httptest.NewServer(mux) // or http.ListenAndServe(":3000", mux)
	defer web.Close()
	defer srv.Shutdown(context.Background())

	ann, bob := connect(web.URL, ""), connect(web.URL, "")
	bob.send(`420["chat",{"room":"tea","text":"hi"}]`)
	fmt.Println("bob:", bob.next())
	for _, c := range []client{ann, bob} {
		c.send(`421["join",{"room":"tea"}]`)
		fmt.Println(c.next())
	}
	bob.send(`42["chat",{"room":"tea","text":"hi"}]`)
	fmt.Println("ann:", ann.next())
	// Output:
	// bob: 430[{"error":{"code":"not_member","message":"join the room first"}}]
	// 431[{"members":2}]
	// 431[{"members":2}]
	// ann: 42["chat",{"room":"tea","text":"hi"}]
}

// serve mounts a server for an example.
func serve(srv *everwire.Server) (url string, stop func()) {
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	web := httptest.NewServer(mux)
	return web.URL, func() {
		if err := srv.Shutdown(context.Background()); err != nil {
			panic(err)
		}
		web.Close()
	}
}

// Auth decides who gets in, and what is known of them afterwards.
func ExampleServer_Auth() {
	srv, _ := everwire.New(everwire.Config{})
	srv.Auth(func(ctx context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
		var auth struct{ Token string }
		if err := h.Auth(&auth); err != nil {
			return nil, err
		}
		if auth.Token != "sesame" {
			return nil, &everwire.Error{Code: "bad_token", Message: "not authorized"}
		}
		return &everwire.Identity{
			ID:      "u1",
			Values:  everwire.Values(user.Is("Ann")),
			Expires: time.Now().Add(time.Hour), // then the socket is disconnected
		}, nil
	})
	srv.OnConnect(func(c *everwire.Ctx) error {
		name, _ := user.Get(c.Socket())
		return c.Socket().Emit("welcome", name, c.Socket().Identity().ID)
	})
	url, stop := serve(srv)
	defer stop()

	c := dial(url)
	c.send(`40{"token":"guess"}`)
	fmt.Println(c.next())
	c.send(`40{"token":"sesame"}`)
	c.next() // 40{"sid":"…"}
	fmt.Println(c.next())
	// Output:
	// 44{"message":"not authorized","data":{"code":"bad_token"}}
	// 42["welcome","Ann","u1"]
}

// Rooms are joined by sockets, and selected by targets.
func ExampleTarget() {
	srv, _ := everwire.New(everwire.Config{})
	srv.OnConnect(func(c *everwire.Ctx) error {
		var auth struct{ Rooms []string }
		if err := c.Socket().Handshake().Auth(&auth); err != nil {
			return err
		}
		if err := c.Socket().Join(auth.Rooms...); err != nil {
			return err
		}
		return c.Socket().Emit("ready")
	})
	url, stop := serve(srv)
	defer stop()
	ann := connect(url, `{"rooms":["news","ops"]}`)
	bob := connect(url, `{"rooms":["news","muted"]}`)
	ann.next() // both are in their rooms now
	bob.next()

	srv.To("news", "ops").Emit("headline", "to both, once")
	srv.To("news").Except("muted").Emit("headline", "to ann")
	srv.To("muted").Disconnect(false)
	fmt.Println("ann:", ann.next())
	fmt.Println("ann:", ann.next())
	fmt.Println("bob:", bob.next())
	fmt.Println("bob:", bob.next())
	// Output:
	// ann: 42["headline","to both, once"]
	// ann: 42["headline","to ann"]
	// bob: 42["headline","to both, once"]
	// bob: 41
}

// The server calls a client, and waits for its answer.
func ExampleRPC() {
	srv, _ := everwire.New(everwire.Config{})
	answers := make(chan string)
	srv.OnConnect(func(c *everwire.Ctx) error {
		ctx, cancel := context.WithTimeout(c, 5*time.Second)
		defer cancel()
		answer, err := Time.Call(ctx, c.Socket(), "UTC")
		if errors.Is(err, everwire.ErrDisconnected) {
			return nil
		}
		answers <- answer
		return err
	})
	url, stop := serve(srv)
	defer stop()

	c := connect(url, "")
	fmt.Println(c.next())
	c.send(`430["noon"]`)
	fmt.Println(<-answers)
	// Output:
	// 420["time","UTC"]
	// noon
}

// Events have up to three arguments, each of a type of its own that may have an
// opinion about its values.
func ExampleHandle2() {
	const Move = everwire.RPC2[string, Square, bool]("move") // piece, where to: is it mate?
	srv, _ := everwire.New(everwire.Config{})
	everwire.Handle2(srv, Move, func(_ *everwire.Ctx, piece string, to Square) (bool, error) {
		return piece == "Q" && to == "h7", nil
	})
	url, stop := serve(srv)
	defer stop()

	c := connect(url, "")
	c.send(`420["move","Q","h7"]`)
	fmt.Println(c.next())
	c.send(`421["move","Q","h9"]`)
	fmt.Println(c.next())
	// Output:
	// 430[true]
	// 431[{"error":{"code":"invalid","message":"no such square: h9"}}]
}

// A Square is one of those of a chess board.
type Square string

// Validate is called before the handler.
func (s Square) Validate() error {
	if len(s) != 2 || s[0] < 'a' || s[0] > 'h' || s[1] < '1' || s[1] > '8' {
		return fmt.Errorf("no such square: %.10s", string(s))
	}
	return nil
}

// The server asks everyone, and takes the answers as they come.
func ExampleRPC0() {
	const Players = everwire.RPC0[int]("players")
	srv, _ := everwire.New(everwire.Config{})
	url, stop := serve(srv)
	defer stop()
	for _, answer := range []string{"430[2]", "430[3]", `430[{"error":{"code":"away","message":"at tea"}}]`} {
		c := connect(url, "")
		go func() {
			c.next() // 420["players"]
			c.send(answer)
		}()
	}

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	sum := 0
	for n, err := range Players.CallAll(ctx, srv) {
		var refused *everwire.Error
		if errors.As(err, &refused) {
			fmt.Println("one is", refused.Code)
		}
		sum += n
	}
	fmt.Println(sum, "players")
	// Output:
	// one is away
	// 5 players
}

// An untyped handler binds the arguments itself, and acknowledges when it likes.
func ExampleCtx() {
	srv, _ := everwire.New(everwire.Config{})
	srv.On("add", func(c *everwire.Ctx) error {
		var a, b int
		if err := c.Bind(&a, &b); err != nil {
			return err
		}
		return c.Ack(a+b, "done")
	})
	url, stop := serve(srv)
	defer stop()

	c := connect(url, "")
	c.send(`420["add",2,3]`)
	fmt.Println(c.next())
	c.send(`421["add",2,"three"]`)
	fmt.Println(c.next())
	// Output:
	// 430[5,"done"]
	// 431[{"error":{"code":"bad_request","message":"argument 1 does not fit"}}]
}

// A middleware sees the events of a namespace before its handlers do.
func ExampleMiddleware() {
	srv, _ := everwire.New(everwire.Config{})
	admin := srv.Of("/admin")
	admin.UseEvents(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			if c.Event() == "drop" {
				return &everwire.Error{Code: "forbidden", Message: "read only"}
			}
			return next(c)
		}
	})
	everwire.Handle(admin, Time, func(c *everwire.Ctx, zone string) (string, error) { return "noon " + zone, nil })
	url, stop := serve(srv)
	defer stop()

	c := dial(url)
	c.send("40/admin,")
	c.next()
	c.send(`42/admin,0["drop"]`)
	fmt.Println(c.next())
	c.send(`42/admin,1["time","UTC"]`)
	fmt.Println(c.next())
	// Output:
	// 43/admin,0[{"error":{"code":"forbidden","message":"read only"}}]
	// 43/admin,1["noon UTC"]
}

// Servers that share an adapter form a cluster: rooms reach across all of them.
func ExampleConfig() {
	var hub memory.Hub
	one, _ := everwire.New(everwire.Config{Adapter: &hub})
	two, _ := everwire.New(everwire.Config{Adapter: &hub, Origins: []string{"https://app.example"}})
	url, stop := serve(two)
	defer stop()

	connected := make(chan bool)
	two.OnConnect(func(*everwire.Ctx) error { connected <- true; return nil })
	c := connect(url, "")
	<-connected
	one.Emit("news", 1)
	fmt.Println(c.next())
	// Output:
	// 42["news",1]
}

// At the end of a program the server comes first: http.Server knows nothing of
// WebSockets, and would wait for polls.
func ExampleServer_Shutdown() {
	srv, _ := everwire.New(everwire.Config{})
	web := &http.Server{Addr: ":3000", Handler: srv}

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := errors.Join(srv.Shutdown(ctx), web.Shutdown(ctx)); err != nil {
		fmt.Println("not all were told:", err)
	}
	// Output:
}
