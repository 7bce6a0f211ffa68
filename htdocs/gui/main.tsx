import "./styles/tokens.css";
import "./styles/base.css";
import { render } from "solid-js/web";
import { App } from "./app";
import { ApplicationContext, createApplication } from "./application";
import { readPage } from "./connection/page";

const element = document.getElementById("torrent-ws");
if (!element) throw new Error('The page has no element with the id "torrent-ws"');

render(
  () => (
    <ApplicationContext.Provider value={createApplication(readPage(element))}>
      <App />
    </ApplicationContext.Provider>
  ),
  element,
);
