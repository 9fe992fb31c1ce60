from channels_meta.whatsapp import adapter

__all__ = ["adapter"]
