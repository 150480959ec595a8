import { hydrateRoot } from "react-dom/client";
import { App } from "./app";

const root = hydrateRoot(document.getElementById("root")!, <App chat counter key_={0} />);

Object.assign(window, {
  show: (chat: boolean, counter: boolean, key: number) => root.render(<App chat={chat} counter={counter} key_={key} />),
});
