import { URI } from "vscode-uri";
import type { Status, SuiteState, SuiteSummary } from "../protocol/messages.ts";
import type { Session } from "./session.ts";

export function statusOf(session: Session): Status {
  return { trusted: true, paused: session.paused, suites: summaries(session) };
}

export function summaries(session: Session): SuiteSummary[] {
  return session.board.all().map(({ suite, state }) => ({
    uri: URI.file(suite.file).toString(),
    name: suite.name,
    cases: suite.cases,
    state: withHeadline(state, session.headlineOf(suite.file)),
    prompts: [...new Set(suite.prompts.map((prompt) => URI.file(prompt.location.file).toString()))],
  }));
}

function withHeadline(state: SuiteState, headline: string): SuiteState {
  return state.kind === "judged" ? { ...state, headline } : state;
}
