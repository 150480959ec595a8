// An application with the hooks of client-js/docs/react.md, rendered on the server and hydrated in the browser.
import { StrictMode, useState } from "react";
import { Chat } from "./chat";
import { useEvent, useSocket } from "./use-socket";

function Counter({ step }: { step: number }) {
  const socket = useSocket();
  const [n, setN] = useState(0);
  useEvent(socket, "news", () => setN((before) => before + step));
  return <output>{n}</output>;
}

export function App({ chat, counter, key_ }: { chat: boolean; counter: boolean; key_: number }) {
  return (
    <StrictMode>
      {chat && <Chat key={key_} />}
      {counter && <Counter step={key_ + 1} />}
    </StrictMode>
  );
}
