"""Settings to working parts. Everything is constructed here, nothing at import."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from assistant.edits import Edits
from assistant.extract import extract
from assistant.factcheck import FactChecker
from assistant.guards import QuestionGuards
from assistant.guards.advice import Advice
from assistant.guards.conversation import Conversation
from assistant.guards.danger import Danger
from assistant.guards.instructions import Instructions
from assistant.guards.scorer import Scorer
from assistant.guards.shape import Shape
from assistant.guards.unsafe import Unsafe
from assistant.model_limits import Budget, Price
from assistant.models import ChatModel, is_outside, make_model
from assistant.pipeline import Assistant
from assistant.privacy.redact import redact
from assistant.profile import Profile, load_profile
from assistant.question import read_question
from assistant.rephrase import rephrase
from assistant.rewrite import Rewriter
from assistant.settings import Settings
from assistant.support.closeness import Closeness
from assistant.support.entailment import make_entailment
from assistant.support.gate import Gate
from assistant.writer import Writer
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.pipeline import SiteNames
from ingest.vetting import key_of
from vectorstore.embed import PackagedEmbedder, make_embedder
from vectorstore.published import Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import numbers


@dataclass(frozen=True, slots=True)
class Service:
    """All that can be asked of a store, over one encoder and one opened version."""

    assistant: Assistant
    checker: FactChecker
    retriever: HybridRetriever


def build_service(settings: Settings) -> Service:
    """What a server offers.

    Raises:
        ProfileError: the profile cannot be used.
        EncoderError: the embedding model cannot be loaded.
    """
    retriever = build_retriever(settings)
    return Service(build_assistant(settings, retriever), _fact_checker(retriever), retriever)


def build_assistant(settings: Settings, retriever: HybridRetriever | None = None) -> Assistant:
    """The assistant that answers from the published version of the store.

    Args:
        retriever: one that is there already, or one of another version.

    Raises:
        ProfileError: the profile cannot be used.
        EncoderError: the embedding model cannot be loaded.
    """
    edits = Edits(settings.store, load_profile(settings.profile), partial(_telling, settings))
    profile = edits.profile()
    publisher = " ".join(profile.name.values())
    retriever = retriever or build_retriever(settings)
    guards = build_guards()
    model = build_model(settings) if settings.model else None
    return Assistant(
        edits.profile,
        retriever,
        read_question,
        partial(extract, publisher=publisher, alike=retriever.words.alike),
        guards,
        rephrase,
        build_writer(settings, model, profile, retriever, edits.texts) if model else None,
        build_rewriter(settings, model, guards) if model else None,
        today=lambda: settings.today or date.today(),
    )


def _telling(settings: Settings, profile: Profile) -> Profile:
    """The profile, which says what becomes of questions."""
    if settings.keep_questions_days:
        profile = profile.telling_that_questions_are_kept(settings.keep_questions_days)
    if settings.model and is_outside(settings.model, settings.model_url):
        return profile.telling_that_a_model_sees(settings.model)
    return profile.telling_that_a_model_words() if settings.model else profile


def build_model(settings: Settings) -> ChatModel:
    """The language model that the settings name, with its limits.

    Raises:
        SettingsError: it is not one that can be asked.
    """
    return make_model(
        settings.model,
        url=settings.model_url,
        seconds=settings.model_seconds,
        answer_tokens=settings.model_tokens,
        budget=Budget(settings.model_daily_tokens, settings.model_daily_replies),
        price=Price(settings.model_price_input, settings.model_price_output),
    )


def build_writer(
    settings: Settings,
    model: ChatModel,
    profile: Profile,
    retriever: HybridRetriever,
    texts: Callable[[str], Mapping[str, str]] | None = None,
) -> Writer:
    """What puts answers into the model's words, with the gate they have to pass.

    Args:
        texts: the fixed sentences of a language as they are now; the profile's unless given.

    Raises:
        SettingsError: there is no such entailment model.
    """
    entails = make_entailment(settings.entailment) if settings.entailment else None
    return Writer(
        model,
        retriever.session,
        Gate(retriever.embedder.encode_documents, entails),
        redact=redact,
        publisher=profile.name[profile.languages[0]],
        texts=texts or profile.texts,
        seconds=settings.model_seconds,
        source_tokens=settings.model_source_tokens,
    )


def build_rewriter(settings: Settings, model: ChatModel, guards: QuestionGuards) -> Rewriter:
    """What puts follow-ups into the model's words."""
    return Rewriter(model, blocks=guards.first_block, redact=redact, seconds=settings.model_seconds)


def build_guards() -> QuestionGuards:
    """The guards before the search. People in danger first, before length and emptiness."""
    scorer = Scorer(PackagedEmbedder())
    danger, instructions = Danger(scorer), Instructions(scorer)
    return QuestionGuards(
        guards=(danger, Shape(), Conversation(), Unsafe(scorer), Advice(scorer), instructions),
        in_danger=danger.check_all,
        matters=danger.matters,
        without_orders=instructions.without_orders,
    )


def build_fact_checker(settings: Settings) -> FactChecker:
    """The checker of claims against the published version of the store.

    Raises:
        EncoderError: the embedding model cannot be loaded.
    """
    return _fact_checker(build_retriever(settings))


def _fact_checker(retriever: HybridRetriever) -> FactChecker:
    return FactChecker(retriever, Closeness(retriever.embedder.encode_documents))


def build_retriever(settings: Settings) -> HybridRetriever:
    """The retriever over the published version, whichever that is when it is asked.

    Raises:
        EncoderError: the embedding model cannot be loaded.
    """
    silence_telemetry()
    hold_to_one_thread()
    embedder = make_embedder(settings.embedding)
    published = Published(
        settings.store,
        embedder_id=embedder.id,
        dimension=embedder.dimension,
        chunking=CHUNKING,
        open_pages=Catalogue.open_snapshot,
        chroma=settings.chroma,
    )
    return HybridRetriever(published, embedder)


def site_names(profile: Profile) -> SiteNames:
    """How the page is called that keeps what the site says on every page; the own contacts."""
    own = replace(profile.own, keys=tuple(key_of(contact.value) for contact in profile.contacts))
    return SiteNames(home=f"{profile.home}/", titles=profile.site_page, own=own)


def catalogue_path(store: Path) -> Path:
    """Where a store keeps its catalogue."""
    return store / "catalogue.sqlite"


def lacks_catalogue(store: Path) -> bool:
    """Whether there are versions, but not what they were built from."""
    path = catalogue_path(store)
    return bool(numbers(store)) and not (path.exists() and path.stat().st_size)


def hold_to_one_thread() -> None:
    """One core per matrix product: the products of a question are small, and two threads that wait
    for each other on a busy machine take 50 ms for what one does in one."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")


def silence_telemetry() -> None:
    """Nothing is sent to anyone: switch off what libraries would report, before they load."""
    os.environ["ANONYMIZED_TELEMETRY"] = "False"  # chromadb
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # langsmith would ship every question
    for variable in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING"):
        os.environ.pop(variable, None)
