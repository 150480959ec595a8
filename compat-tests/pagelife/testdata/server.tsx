import { renderToString } from "react-dom/server";
import { App } from "./app";

console.log(renderToString(<App chat counter key_={0} />));
